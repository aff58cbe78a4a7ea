#include "leavings.hpp"

#include "backend/file/journal_text.hpp"
#include "store/partial_name.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

/// What is left is spoilt by `spoil`; the next one begins at the beginning, and nothing of it gets into the object.
void begins_afresh(std::function<void(folder_store)> spoil) {
    in_folders([&](folder_store at) -> awaitable<void> {
        std::string const old = tale(size_of_all, 1), data = tale(size_of_all, 2);
        co_await leave(at, old, "124");
        spoil(at);
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(again.parts().empty());
        co_await finish(again, data);
        CHECK((read_file(at / "f/k") == data));
        CHECK(tree_of(at.path) == just_k());
    });
}

void replace_in(std::string const& path, std::string const& what, std::string const& by) {
    std::string text = read_file(path);
    std::size_t const where = text.find(what);
    REQUIRE(where != std::string::npos);
    write_file(path, text.replace(where, what.size(), by));
}

}  // namespace

TEST_CASE("file resume: a journal that cannot be believed is thrown away, and what it is of") {
    begins_afresh([](folder_store at) { fs::remove(journal_in(at)); });
    begins_afresh([](folder_store at) { fs::remove(partial_in(at)); });
    begins_afresh([](folder_store at) { write_file(journal_in(at), ""); });
    begins_afresh([](folder_store at) { write_file(journal_in(at), std::string(70'000, '\0')); });
    begins_afresh([](folder_store at) { replace_in(journal_in(at), "sluice-journal 1", "sluice-journal 2"); });
    begins_afresh([](folder_store at) { fs::resize_file(partial_in(at), 4 * part - 1); });
    begins_afresh([](folder_store at) {  // the same bytes in another file: copied there by whoever
        std::string const path = partial_in(at), content = read_file(path);
        fs::rename(path, path + "~");
        write_file(path, content);
        fs::remove(path + "~");
    });
    begins_afresh([](folder_store at) {
        std::string const path = journal_in(at), text = read_file(path);
        std::string damaged = text;
        damaged[damaged.size() - 2 * file::journal_line_size + 30] ^= 1;
        write_file(path, damaged);
    });
    begins_afresh([](folder_store at) {
        fs::rename(journal_in(at), at / "text");
        fs::create_symlink("../text", at / ("f/" + store::journal_beside(fs::path(partial_in(at)).filename().string())));
        fs::remove(at / "text");
    });
}

TEST_CASE("file resume: after another start of the machine nothing is believed") {
    begins_afresh([](folder_store at) {
        std::string const path = journal_in(at), text = read_file(path);
        std::string boot = read_file("/proc/sys/kernel/random/boot_id");
        boot.pop_back();
        std::size_t const where = text.find(boot);
        REQUIRE(where != std::string::npos);
        // As the machine before would have written it, its check included.
        file::journal_head head;
        head.upload = file::upload_digest("k", "source, version 1");
        head.boot = "00000000-1111-2222-3333-444444444444";
        struct stat about {};
        REQUIRE(::stat(partial_in(at).c_str(), &about) == 0);
        head.inode = about.st_ino;
        head.permissions = about.st_mode & 07777u;
        std::string before = file::head_text(head);
        head.boot = boot;
        REQUIRE(text.starts_with(file::head_text(head)));
        write_file(path, before + text.substr(before.size()));
    });
}

TEST_CASE("file resume: the line that was torn is as if it were not there") {
    for (std::size_t const kept : {std::size_t{1}, file::journal_line_size / 2, file::journal_line_size - 1}) {
        in_folders([&](folder_store at) -> awaitable<void> {
            std::string const data = tale(size_of_all);
            co_await leave(at, data, "124");
            std::string const path = journal_in(at);
            fs::resize_file(path, fs::file_size(path) - file::journal_line_size + kept);
            {
                upload again = co_await at.store->create_upload("f/k", as());
                CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 2});
                co_await write_part(again, 5, piece(data, 5));
            }
            upload last = co_await at.store->create_upload("f/k", as());
            CHECK(numbers_of(last) == std::vector<std::uint32_t>{1, 2, 5});
            co_await finish(last, data);
            CHECK((read_file(at / "f/k") == data));
        });
    }
}

TEST_CASE("file resume: a part that was written over, but not to its end, counts as not written") {
    class broken final : public payload_source {
    public:
        std::uint64_t size() const noexcept override { return part; }
        awaitable<void> read(std::uint64_t, std::span<std::byte>) override {
            throw_error(failure(errc::connection_lost, {}), "read", {});
            co_return;
        }
    };
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all);
        {
            upload dropped = co_await at.store->create_upload("f/k", as());
            for (std::uint32_t const n : {1u, 2u, 3u}) co_await write_part(dropped, n, piece(data, n));
            payload fails(std::make_shared<broken>());
            CHECK_FAILS(errc::connection_lost, dropped.write({2, part}, fails));
            CHECK(numbers_of(dropped) == std::vector<std::uint32_t>{1, 3});
        }
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 3});
        co_await finish(again, data);
        CHECK((read_file(at / "f/k") == data));
    });
}

TEST_CASE("file resume: an object ends where its parts do, whatever was written before") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all);
        co_await leave(at, data, "125");
        upload again = co_await at.store->create_upload("f/k", as());
        payload shorter("tail");
        co_await again.write({5, 2 * part}, shorter);
        co_await again.complete();
        CHECK((read_file(at / "f/k") == data.substr(0, 2 * part) + "tail"));
    });
}

TEST_CASE("file resume: what somebody else put in its place is left alone") {
    if (::geteuid() == 0) {
        in_folders([](folder_store at) -> awaitable<void> {
            co_await leave(at, tale(size_of_all, 1), "1");
            std::string const theirs = partial_in(at), before = read_file(theirs);
            REQUIRE(::chown(theirs.c_str(), 12345, 12345) == 0);
            std::string const data = tale(size_of_all, 2);
            upload again = co_await at.store->create_upload("f/k", as());
            CHECK(again.parts().empty());
            co_await finish(again, data);
            CHECK((read_file(at / "f/k") == data));
            CHECK((read_file(theirs) == before));
        });
    }
    in_folders([](folder_store at) -> awaitable<void> {
        co_await leave(at, tale(size_of_all, 1), "1");
        std::string const name = partial_in(at);
        fs::rename(name, at / "f/other object");
        fs::create_hard_link(at / "f/other object", name);
        std::string const data = tale(size_of_all, 2), before = read_file(at / "f/other object");
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(again.parts().empty());
        co_await finish(again, data);
        CHECK((read_file(at / "f/k") == data));
        CHECK((read_file(at / "f/other object") == before));
    });
}
