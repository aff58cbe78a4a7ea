#include "world.hpp"

#include "store/partial_name.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

using list_of = std::vector<std::string>;

/// Every page, of this size, of a listing.
awaitable<list_page> paged(folder_store at, std::string prefix, list_options options) {
    list_page all;
    for (;;) {
        list_page const page = co_await at.store->list(prefix, options);
        CHECK(page.objects.size() + page.prefixes.size() <= options.max_keys);
        std::ranges::copy(page.objects, std::back_inserter(all.objects));
        std::ranges::copy(page.prefixes, std::back_inserter(all.prefixes));
        if (page.next.empty()) co_return std::move(all);
        CHECK((!page.objects.empty() || !page.prefixes.empty()));
        options.next = page.next;
    }
}

}  // namespace

TEST_CASE("file listing: every byte that a name can have, in the order of the bytes") {
    in_folders([](folder_store at) -> awaitable<void> {
        list_of wanted;
        for (int c = 1; c < 128; ++c)
            if (c != '/') wanted.push_back(std::string("n") + static_cast<char>(c));
        for (int c = 0x80; c < 0x800; c += 7)
            wanted.push_back({'n', static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3f))});
        for (std::string const& name : wanted) write_file(at / name, name);
        std::ranges::sort(wanted);
        list_page const page = co_await list_all(at.store, "");
        CHECK(keys_of(page) == wanted);
        for (std::string const& name : wanted) {
            std::string const got = co_await content(at, name);
            CHECK(got == name);
        }
    });
}

TEST_CASE("file listing: a name that is not UTF-8 fails it, or is passed over with a line in the log") {
    for (bool const skip : {false, true}) {
        list_of lines;
        std::mutex mutex;
        file_settings settings;
        settings.skip_unnameable = skip;
        settings.verbosity = log_level::info;
        settings.log = [&](log_level, std::string_view line) {
            std::lock_guard const lock(mutex);
            lines.emplace_back(line);
        };
        in_folders(
            [&](folder_store at) -> awaitable<void> {
                co_await put(at, "a", "x");
                for (int c = 0x80; c < 0x100; ++c) write_file(at / (std::string("bad") + static_cast<char>(c)), "x");
                co_await put(at, "z", "x");
                if (skip) {
                    list_page const page = co_await list_all(at.store, "");
                    CHECK(keys_of(page) == list_of{"a", "z"});
                } else {
                    CHECK_FAILS(errc::invalid_argument, list_all(at.store, ""));
                }
                list_page const other = co_await list_all(at.store, "z");  // such names do not begin so
                CHECK(keys_of(other) == list_of{"z"});
            },
            settings);
        std::lock_guard const lock(mutex);
        bool const told = std::ranges::any_of(lines, [](std::string const& l) { return l.find("bad?") != std::string::npos; });
        CHECK(told == skip);
    }
}

TEST_CASE("file listing: what is half-written is hidden, and so are folders without an object") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "kept/file", "x");
        fs::create_directories(at / "empty/er/still");
        fs::create_directories(at / "half");
        write_file(at / ("half/" + store::partial_name(std::string(32, '0'))), "x");
        write_file(at / store::partial_name(std::string(32, '1')), "x");
        write_file(at / ".sluice-notes", "x");
        fs::create_directories(at / "deep/1/2/3");
        write_file(at / "deep/1/2/3/file", "x");
        fs::create_directories(at / "links");
        fs::create_symlink("nowhere", at / "links/dangling");
        fs::create_directories(at / "good-links");
        fs::create_symlink("../kept/file", at / "good-links/to-file");

        list_page const all = co_await list_all(at.store, "");
        CHECK(keys_of(all) == list_of{".sluice-notes", "deep/1/2/3/file", "good-links/to-file", "kept/file"});
        list_options level;
        level.delimiter = "/";
        for (std::uint32_t const size : {1u, 2u, 100u}) {
            level.max_keys = size;
            list_page const page = co_await paged(at, "", level);
            CHECK(keys_of(page) == list_of{".sluice-notes"});
            CHECK(page.prefixes == list_of{"deep/", "good-links/", "kept/"});
        }
        list_page const within = co_await list_all(at.store, "empty/");
        CHECK(within.objects.empty());
    });
}

TEST_CASE("file listing: start_after within a folder shows it only when more of it is to come") {
    in_folders([](folder_store at) -> awaitable<void> {
        for (char const* const key : {"a/1", "a/5", "b/1", "c"}) co_await put(at, key, "x");
        list_options level;
        level.delimiter = "/";
        level.start_after = "a/3";
        list_page const some = co_await list_all(at.store, "", level);
        CHECK(some.prefixes == list_of{"a/", "b/"});
        level.start_after = "a/5";
        list_page const none = co_await list_all(at.store, "", level);
        CHECK(none.prefixes == list_of{"b/"});
        CHECK(keys_of(none) == list_of{"c"});
    });
}

TEST_CASE("file listing: pages of any size, folders and links and files mixed, between them what is new is seen") {
    in_folders([](folder_store at) -> awaitable<void> {
        list_of wanted;
        for (int i = 0; i < 60; ++i) {
            std::string const n = std::to_string(100 + i);
            wanted.push_back(i % 3 == 0 ? n + "/x" : i % 3 == 1 ? n + ".file" : n + "/y/z");
            co_await put(at, wanted.back(), n);
        }
        std::ranges::sort(wanted);
        for (std::uint32_t const size : {1u, 3u, 7u, 59u, 60u, 61u}) {
            list_options options;
            options.max_keys = size;
            list_page const page = co_await paged(at, "", options);
            CHECK(keys_of(page) == wanted);
        }
        list_options options;
        options.max_keys = 10;
        list_page const first = co_await at.store->list("", options);
        list_of got = keys_of(first);
        for (options.next = first.next; !options.next.empty();) {
            std::string const fresh = options.next + "-new";  // the next there is
            bool const in_folder = options.next.find('/') != std::string::npos;
            co_await put(at, fresh, "x");
            list_page const page = co_await at.store->list("", options);
            REQUIRE_FALSE(page.objects.empty());
            CHECK_MESSAGE(page.objects.front().key == fresh, in_folder);
            std::ranges::copy(keys_of(page), std::back_inserter(got));
            options.next = page.next;
        }
        std::erase_if(got, [](std::string const& key) { return key.ends_with("-new"); });
        CHECK(got == wanted);
    });
}

TEST_CASE("file listing: a large folder, in pages, is read once while nobody changes it") {
    in_folders([](folder_store at) -> awaitable<void> {
        constexpr int count = 3'000;
        for (int i = 0; i < count; ++i) write_file(at / ("f" + std::to_string(100'000 + i * 7 % count)), "x");
        fs::last_write_time(at.path, fs::file_time_type::clock::now() - std::chrono::seconds(1));  // so that a later change shows
        list_options options;
        options.max_keys = 100;
        list_page const page = co_await paged(at, "", options);
        REQUIRE(page.objects.size() == count);
        for (int i = 0; i < count; ++i) CHECK(page.objects[static_cast<std::size_t>(i)].key == "f" + std::to_string(100'000 + i));
    });
}
