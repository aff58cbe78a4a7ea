#include "world.hpp"

#include <fcntl.h>

#include <filesystem>
#include <set>

using namespace sluice;
using namespace sluice::test;
using uring::file;
using uring::file_kind;

TEST_CASE("files: renames that replace, refuse and exchange") {
    everywhere([](place& at) -> awaitable<void> {
        file a = co_await made(at, "a", "A");
        file b = co_await made(at, "b", "B");
        result<void> done = co_await at.root.rename("a", at.root, "b", uring::replacing::refused);
        CHECK(why(done) == errc::already_exists);
        done = co_await at.root.rename("a", at.root, "b", uring::replacing::exchange);
        must(done);
        std::string text = co_await content(at, "a");
        CHECK(text == "B");
        done = co_await at.root.rename("a", at.root, "b");
        must(done);
        text = co_await content(at, "b");
        CHECK(text == "B");
        result<void> const made_below = co_await at.root.make_directory("below");
        must(made_below);
        result<uring::directory> opened = co_await at.root.open_directory("below");
        uring::directory below = must(std::move(opened));
        done = co_await at.root.rename("b", below, "c", uring::replacing::refused);
        must(done);
        text = co_await content(at, "below/c");
        CHECK(text == "B");
        done = co_await at.root.rename("b", below, "c");
        CHECK(why(done) == errc::not_found);
    });
}

TEST_CASE("files: one without a name gets one, and replaces nothing") {
    everywhere([](place& at) -> awaitable<void> {
        result<file> opened = co_await at.root.open(".", O_TMPFILE | O_RDWR, 0600);
        file f = must(std::move(opened));
        result<void> done = co_await f.write_full(0, bytes_of("new"));
        must(done);
        done = co_await at.root.link(f, "named");
        must(done);
        std::string const text = co_await content(at, "named");
        CHECK(text == "new");
        done = co_await at.root.link(f, "named");
        CHECK(why(done) == errc::already_exists);
    });
}

TEST_CASE("files: names are removed, files and directories apart") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "A");
        result<void> done = co_await at.root.make_directory("d");
        must(done);
        done = co_await at.root.make_directory("d");
        CHECK(why(done) == errc::already_exists);
        done = co_await at.root.remove("d");
        CHECK(why(done) == errc::invalid_argument);
        done = co_await at.root.remove_directory("a");
        CHECK(why(done) == errc::invalid_argument);
        file inner = co_await made(at, "d/x", "x");
        done = co_await at.root.remove_directory("d");
        CHECK(why(done) == errc::already_exists);
        std::filesystem::remove(at.path + "/d/x");
        done = co_await at.root.remove_directory("d");
        must(done);
        done = co_await at.root.remove("a");
        must(done);
        done = co_await at.root.remove("a");
        CHECK(why(done) == errc::not_found);
        CHECK(std::filesystem::is_empty(at.path));
    });
}

TEST_CASE("files: a directory tells all its entries once, from any position again") {
    everywhere([](place& at) -> awaitable<void> {
        std::set<std::string> wanted;
        for (int i = 0; i < 500; ++i) {
            std::string const name = "entry-" + std::to_string(i);
            file const f = co_await made(at, name, "");
            wanted.insert(name);
        }
        std::set<std::string> seen;
        std::uint64_t middle = 0;
        std::size_t behind_middle = 0;
        std::vector<std::byte> buffer(4096);
        for (int pass = 0; pass < 2; ++pass) {
            result<void> const back = co_await at.root.rewind(middle);
            must(back);
            std::size_t count = 0;
            for (;;) {
                result<std::size_t> const n = co_await at.root.read_entries(buffer);
                if (must(n) == 0) break;
                uring::entries all{std::span(buffer).first(*n)};
                for (uring::entry e; all.next(e); ++count) {
                    if (pass == 1) continue;
                    bool const fresh = seen.insert(std::string(e.name)).second;
                    CHECK(fresh);
                    CHECK((!e.kind_known || e.kind == file_kind::regular));
                    if (count == 249) middle = e.next;
                }
            }
            if (pass == 1) behind_middle = count;
        }
        CHECK(seen == wanted);
        CHECK(behind_middle == 250);
    });
}
