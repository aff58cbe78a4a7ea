#include "world.hpp"

#include <sluice/async/task_group.hpp>

#include <atomic>
#include <filesystem>
#include <set>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

/// Adds one to the number that is the object's content, whoever else does so.
awaitable<void> add_one(folder_store at) {
    for (;;) {
        whole_object const now = co_await get_all(at.store, "counter");
        std::string const next = std::to_string(std::stoi(std::string(now.data.text())) + 1);
        put_options swap;
        swap.if_match = now.object.etag;
        try {
            co_await put(at, "counter", next, swap);
            co_return;
        } catch (error const& e) {
            if (e.reason() != errc::precondition_failed) throw;
        }
    }
}

file_settings fast() {
    file_settings settings;
    settings.keep = durability::none;
    return settings;
}

}  // namespace

TEST_CASE("files: of writers that compare and swap, none is lost") {
    in_folders(
        [](folder_store at) -> awaitable<void> {
            constexpr int writers = 6, rounds = 25;
            co_await put(at, "counter", "1000");
            auto const writer = [&]() -> awaitable<void> {
                for (int i = 0; i < rounds; ++i) co_await add_one(at);
            };
            auto const all = [&](async::task_group& group) -> awaitable<void> {
                for (int i = 0; i < writers; ++i) group.spawn([&] { return writer(); });
                co_return;
            };
            co_await async::with_task_group(all);
            std::string const end = co_await content(at, "counter");
            CHECK(end == std::to_string(1000 + writers * rounds));
            CHECK(tree_of(at.path) == std::vector<std::string>{"counter"});
        },
        fast());
}

TEST_CASE("files: no version of an object, however soon it comes, has the ETag of another") {
    in_folders(
        [](folder_store at) -> awaitable<void> {
            std::set<std::string> etags;
            for (int i = 0; i < 300; ++i) {
                std::string data = i % 2 == 0 ? "same size" : "";
                put_result const done = co_await put(at, "k", std::move(data));
                CHECK_MESSAGE(etags.insert(done.etag).second, i);
                object_meta const about = co_await at.store->head("k");
                CHECK(about.etag == done.etag);
                if (i % 3 == 0) {
                    std::vector<object_key> const keys{"k"};
                    co_await at.store->remove(keys);
                }
            }
        },
        fast());
}

TEST_CASE("files: of many that create one key, one wins") {
    in_folders(
        [](folder_store at) -> awaitable<void> {
            std::atomic<int> won = 0, lost = 0;
            auto const create = [&](int i) -> awaitable<void> {
                put_options once;
                once.create_only = true;
                try {
                    co_await put(at, "deep/once", std::to_string(i), once);
                    ++won;
                } catch (error const& e) {
                    if (e.reason() != errc::already_exists) throw;
                    ++lost;
                }
            };
            auto const all = [&](async::task_group& group) -> awaitable<void> {
                for (int i = 0; i < 20; ++i) group.spawn([&create, i] { return create(i); });
                co_return;
            };
            co_await async::with_task_group(all);
            CHECK(won == 1);
            CHECK(lost == 19);
        },
        fast());
}

TEST_CASE("files: readers see one version, whole, whatever writers do") {
    in_folders(
        [](folder_store at) -> awaitable<void> {
            constexpr std::size_t size = 300'000;
            co_await put(at, "k", std::string(size, 'a'));
            std::atomic<bool> over = false;
            auto const write = [&](char letter) -> awaitable<void> {
                for (int i = 0; i < 30; ++i) co_await put(at, "k", std::string(size, letter));
                over = true;
            };
            auto const read = [&]() -> awaitable<void> {
                while (!over) {
                    std::string const got = co_await content(at, "k");
                    CHECK(got.size() == size);
                    CHECK(got == std::string(size, got.front()));
                }
            };
            auto const all = [&](async::task_group& group) -> awaitable<void> {
                group.spawn([&write] { return write('b'); });
                group.spawn([&write] { return write('c'); });
                group.spawn([&read] { return read(); });
                group.spawn([&read] { return read(); });
                co_return;
            };
            co_await async::with_task_group(all);
            CHECK(tree_of(at.path) == std::vector<std::string>{"k"});
        },
        fast());
}

TEST_CASE("files: writers and removers of one folder meet, and each does its work") {
    in_folders(
        [](folder_store at) -> awaitable<void> {
            auto const write = [&](int n) -> awaitable<void> {
                std::string const key = "a/b/c/" + std::to_string(n);
                for (int i = 0; i < 40; ++i) {
                    co_await put(at, key, "x");
                    std::vector<object_key> const keys{key};
                    remove_report const report = co_await at.store->remove(keys);
                    CHECK(report.failed.empty());
                }
            };
            auto const all = [&](async::task_group& group) -> awaitable<void> {
                for (int n = 0; n < 4; ++n) group.spawn([&write, n] { return write(n); });
                co_return;
            };
            co_await async::with_task_group(all);
            CHECK(tree_of(at.path).empty());
        },
        fast());
}
