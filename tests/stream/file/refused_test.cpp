#include "child.hpp"
#include "world.hpp"

#include "base/utf8.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

/// 0 when `operation` fails with this reason, else 1 and a line that says so.
awaitable<int> unlike(errc expected, char const* what, std::function<awaitable<void>()> operation) {
    std::string got = "success";
    try {
        co_await operation();
    } catch (error const& e) {
        got = to_string(e.reason());
    }
    if (got == to_string(expected)) co_return 0;
    std::fprintf(stderr, "%s: %s\n", what, got.c_str());
    co_return 1;
}

/// What somebody who may only read does with the folder; how much of it does not end as it should.
awaitable<int> reader_of(folder_store at) {
    put_options lasting, once;
    lasting.resume_as = "source";
    once.create_only = true;
    auto const begin = [&](char const* key, put_options options) -> awaitable<void> { co_await at.store->create_upload(key, options); };
    auto const write = [&](char const* key, put_options options) -> awaitable<void> { co_await put(at, key, "x", options); };
    int wrong = 0;
    wrong += co_await unlike(errc::permission_denied, "put", [&] { return write("new", put_options()); });
    wrong += co_await unlike(errc::permission_denied, "put below", [&] { return write("a/b/new", put_options()); });
    wrong += co_await unlike(errc::permission_denied, "put over", [&] { return write("k", put_options()); });
    wrong += co_await unlike(errc::permission_denied, "create-only put", [&] { return write("new", once); });
    wrong += co_await unlike(errc::permission_denied, "upload", [&] { return begin("new", put_options()); });
    wrong += co_await unlike(errc::permission_denied, "lasting upload", [&] { return begin("new", lasting); });
    wrong += co_await unlike(errc::permission_denied, "get of a secret", [&]() -> awaitable<void> { co_await content(at, "secret"); });
    std::vector<object_key> const keys{"k"};
    remove_report const report = co_await at.store->remove(keys);
    wrong += report.failed.size() != 1;
    std::string const got = co_await content(at, "k");
    wrong += got != "content";
    list_page const page = co_await list_all(at.store, "");
    wrong += page.objects.size() != 2;
    co_return wrong;
}

}  // namespace

TEST_CASE("files: in a folder that may only be read, writes are refused and reads are served") {
    for (std::string const& below : {on_disk(), in_memory()}) {
        temporary_folder const folder(below);
        write_file(folder / "k", "content");
        write_file(folder / "secret", "secret");
        REQUIRE(::chmod((folder / "secret").c_str(), 0) == 0);
        REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
        int const wrong = exit_of_child([&] {
            // For the superuser no folder is read-only.
            if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 99;
            int count = 98;
            run([&]() -> awaitable<void> { count = co_await reader_of(folder_store(folder)); });
            return count;
        });
        CHECK(wrong == 0);
        REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
        CHECK(tree_of(folder.path()) == std::vector<std::string>{"k", "secret"});
        CHECK(read_file(folder / "k") == "content");
    }
}

TEST_CASE("files: a name of any byte is a key when it is text, and refused when it is not") {
    in_folders([](folder_store at) -> awaitable<void> {
        int keys = 0, refused = 0;
        for (int c = 1; c < 256; ++c) {
            if (c == '/') continue;
            for (std::string const& key : {std::string(1, static_cast<char>(c)), "x" + std::string(1, static_cast<char>(c)) + "y"}) {
                if (key == ".") continue;
                std::vector<object_key> const one{key};
                if (!base::valid_utf8(key)) {
                    ++refused;
                    CHECK_FAILS(errc::invalid_argument, put(at, key, "x"));
                    CHECK_FAILS(errc::invalid_argument, at.store->head(key));
                    CHECK_FAILS(errc::invalid_argument, at.store->get(key));
                    CHECK_FAILS(errc::invalid_argument, at.store->create_upload(key));
                    CHECK_FAILS(errc::invalid_argument, at.store->remove(one));
                    continue;
                }
                ++keys;
                co_await put(at, key, key + key);
                CHECK(read_file(at / key) == key + key);
                std::string const got = co_await content(at, key);
                CHECK(got == key + key);
                list_page const page = co_await list_all(at.store, key);
                CHECK(keys_of(page) == one);
                remove_report const report = co_await at.store->remove(one);
                CHECK(report.removed == 1);
            }
        }
        CHECK(keys == 2 * 126 - 1);
        CHECK(refused == 2 * 128);
        CHECK(tree_of(at.path).empty());
    });
}
