#include "uring/look.hpp"
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

TEST_CASE("files: a destructor removes a name at once, but nothing that is elsewhere, and no directory") {
    everywhere([](place& at) -> awaitable<void> {
        file const a = co_await made(at, "a", "A");
        result<void> const made_below = co_await at.root.make_directory("below");
        must(made_below);
        result<uring::directory> opened = co_await at.root.open_directory("below");
        uring::directory below = must(std::move(opened));
        below.remove_now("../a");
        below.remove_now("a");
        at.root.remove_now("below");
        CHECK(std::filesystem::exists(at.path + "/a"));
        CHECK(std::filesystem::exists(at.path + "/below"));
        at.root.remove_now("a");
        CHECK_FALSE(std::filesystem::exists(at.path + "/a"));
    });
}

TEST_CASE("files: many names in several directories are looked at at once, as each by itself") {
    everywhere([](place& at) -> awaitable<void> {
        result<void> const made_below = co_await at.root.make_directory("below");
        must(made_below);
        result<uring::directory> opened = co_await at.root.open_directory("below");
        uring::directory below = must(std::move(opened));
        std::filesystem::create_symlink("nowhere", at.path + "/link");
        std::vector<std::string> names;
        for (int i = 0; i < 150; ++i) names.push_back("f" + std::to_string(i));
        for (std::size_t i = 0; i < names.size(); i += 3) {
            file const f = co_await made(at, names[i], std::string(i, 'x'));
            file const g = co_await made(at, "below/" + names[i], "x");
        }
        for (std::string const& name : {std::string("link"), std::string("below"), std::string(300, 'n')}) names.push_back(name);
        std::vector<uring::look> looks;
        for (std::string const& name : names)
            for (uring::directory* const where : {&at.root, &below}) looks.emplace_back(where, name.c_str());
        co_await uring::look_at_all(looks);
        for (uring::look const& l : looks) {
            result<uring::file_status> const alone = co_await l.where->status(l.name);
            result<uring::file_status> const found = l.outcome();
            REQUIRE(found.has_value() == alone.has_value());
            if (!alone) {
                CHECK(found.error().info().detail == alone.error().info().detail);
                continue;
            }
            CHECK(found->kind == alone->kind);
            CHECK(found->inode == alone->inode);
            CHECK(found->size == alone->size);
            CHECK(found->modified == alone->modified);
        }
        co_await uring::look_at_all({});
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
