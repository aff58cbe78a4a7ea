// The disk of a simulated world: what a power cut and a kill leave of it.
#include "support/streams.hpp"
#include "uring/files.hpp"

#include <sluice/file.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::pattern;

namespace {

std::shared_ptr<object_store> store_at(std::string root, durability keep = durability::file_and_directory,
                                       file_access access = file_access::buffered) {
    file_settings settings;
    settings.root = std::move(root);
    settings.make_root = true;
    settings.keep = keep;
    settings.access = access;
    return make_file_store(std::move(settings));
}

awaitable<void> put_text(std::shared_ptr<object_store> store, std::string key, std::string data) {
    co_await store->put(std::move(key), payload(data));
}

awaitable<std::string> text_of(std::shared_ptr<object_store> store, std::string key) {
    whole_object const got = co_await get_all(store, std::move(key));
    co_return std::string(got.data.text());
}

/// Writes `data` over what `path` holds, and flushes it if told so.
awaitable<void> write_plainly(std::string path, std::string data, bool flush) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    result<uring::file> opened = co_await uring::files::of(executor).open(path, O_RDWR);
    REQUIRE(opened.has_value());
    result<void> done = co_await opened->write_full(0, std::as_bytes(std::span(data)));
    REQUIRE(done.has_value());
    if (flush) done = co_await opened->sync();
    REQUIRE(done.has_value());
}

/// What the n-th call of a put over an old object leaves behind when it is the last one. Nothing: it was not reached.
struct remains {
    std::optional<std::string> content;
    bool succeeded = false, reached = true;
    std::vector<std::string> names;
};

remains put_and_stop_at(std::uint64_t seed, std::uint64_t n, disk_mishap what, durability keep) {
    world w(seed);
    world_disk disk = w.disk();
    disk.write("/store/a/k", "old");
    std::uint64_t calls = 0;
    disk.on_call([&](disk_call const&) { return calls++ == n ? what : disk_mishap::none; });
    remains left;
    auto const store = store_at("/store", keep);
    w.run([&]() -> awaitable<void> {
        co_await put_text(store, "a/k", pattern(5000));
        left.succeeded = true;
    });
    left.reached = calls > n;
    disk.on_call({});
    if (!left.reached) disk.cut_power();
    w.restart();
    left.content = disk.read("/store/a/k");
    left.names = disk.tree("/store");
    return left;
}

}  // namespace

TEST_CASE("disk: what a store says is stored survives every power cut, whatever folders it was put in") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        for (file_access const access : {file_access::buffered, file_access::direct}) {
            world w(seed);
            world_disk disk = w.disk();
            auto const store = store_at("/a/root", durability::file_and_directory, access);
            w.run([&] { return put_text(store, "deep/down/k", pattern(3000)); });
            disk.cut_power();
            w.restart();
            std::string there;
            w.run([&]() -> awaitable<void> { there = co_await text_of(store, "deep/down/k"); });
            CHECK(there == pattern(3000));
            CHECK(disk.counts().lost_bytes == 0);
        }
    }
}

TEST_CASE("disk: a power cut at any call of a put leaves the old object or the new one, whole") {
    std::set<std::string> seen;
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        for (durability const keep : {durability::file, durability::file_and_directory}) {
            for (std::uint64_t n = 0;; ++n) {
                remains const left = put_and_stop_at(seed, n, disk_mishap::power_cut, keep);
                REQUIRE(left.content);
                bool const is_new = *left.content == pattern(5000);
                CHECK((is_new || *left.content == "old"));
                seen.insert(is_new ? "new" : "old");
                if (!left.reached) {
                    CHECK(left.succeeded);
                    CHECK((is_new || keep == durability::file));
                    break;
                }
                ++cuts;
            }
        }
    }
    CHECK(seen.size() == 2);
    CHECK(cuts > 100);
}

TEST_CASE("disk: a program that is killed at any call of a put loses nothing it wrote, and its locks") {
    std::uint64_t kills = 0, left_behind = 0;
    for (std::uint64_t n = 0;; ++n, ++kills) {
        remains const left = put_and_stop_at(3, n, disk_mishap::kill, durability::none);
        if (!left.reached) break;
        CHECK((left.content == "old" || left.content == pattern(5000)));
        left_behind += left.names.size() > 2;
    }
    CHECK(kills > 8);
    CHECK(left_behind > 0);  // else nothing would ever have to be swept
}

TEST_CASE("disk: of bytes that were not flushed each sector is old or new, and all that was flushed is there") {
    std::uint64_t old = 0, fresh = 0, torn = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        world w(seed);
        disk_options options;
        options.sector = 4096;
        world_disk disk = w.disk(options);
        disk.write("/f", std::string(20'000, 'o'));
        w.run([&]() -> awaitable<void> {
            co_await write_plainly("/f", std::string(10'000, 'f'), true);
            co_await write_plainly("/f", std::string(20'000, 'n'), false);
        });
        CHECK(disk.read("/f") == std::string(20'000, 'n'));
        disk.cut_power();
        std::string const left = disk.read("/f").value_or("");
        REQUIRE(left.size() == 20'000);
        std::set<char> kinds;
        for (std::size_t at = 0; at < left.size(); at += 4096) {
            std::string const sector = left.substr(at, 4096);
            std::string const before = (std::string(10'000, 'f') + std::string(10'000, 'o')).substr(at, 4096);
            CHECK((sector == before || sector == std::string(sector.size(), 'n')));
            kinds.insert(sector == before ? 'o' : 'n');
        }
        old += kinds == std::set<char>{'o'};
        fresh += kinds == std::set<char>{'n'};
        torn += kinds.size() == 2;
    }
    CHECK(old > 5);
    CHECK(fresh > 5);
    CHECK(torn > 5);
}

TEST_CASE("disk: without a flush a power cut may leave the object old, new, empty or torn, and some seed shows each") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 80; ++seed) {
        remains const left = put_and_stop_at(seed, 1000, disk_mishap::none, durability::none);
        CHECK(left.succeeded);
        std::string const there = left.content.value_or("");
        seen.insert(there == "old" ? "old" : there == pattern(5000) ? "new" : there.empty() ? "empty" : "torn");
    }
    CHECK(seen == std::set<std::string>{"old", "new", "empty", "torn"});
}

TEST_CASE("disk: a full disk or an I/O error at any call is an error of its kind, and the old object stays") {
    for (disk_mishap const what : {disk_mishap::no_space, disk_mishap::io_error}) {
        errc const expected = what == disk_mishap::no_space ? errc::no_space : errc::io;
        std::uint64_t failed = 0;
        for (std::uint64_t n = 0;; ++n) {
            world w(n);
            w.expect_failure();
            world_disk disk = w.disk();
            disk.write("/store/k", "old");
            std::uint64_t calls = 0;
            disk.on_call([&](disk_call const&) { return calls++ == n ? what : disk_mishap::none; });
            auto const store = store_at("/store");
            try {
                w.run([&] { return put_text(store, "k", "new"); });
                CHECK(disk.read("/store/k") == "new");
            } catch (error const& e) {
                bool const unsure = e.reason() == errc::ambiguous;  // the flush of the folder: it is there
                CHECK((e.reason() == expected || unsure));
                CHECK(disk.read("/store/k") == (unsure ? "new" : "old"));
                ++failed;
            }
            CHECK(disk.tree("/store").size() == 1);
            if (calls <= n) break;
        }
        CHECK(failed > 5);
    }
}

TEST_CASE("disk: calls that move less than they were asked for are gone on with") {
    world w(5);
    world_disk disk = w.disk();
    disk.on_call([](disk_call const&) { return disk_mishap::short_transfer; });
    auto const store = store_at("/store");
    std::string there;
    w.run([&]() -> awaitable<void> {
        co_await put_text(store, "k", pattern(50'000));
        there = co_await text_of(store, "k");
    });
    CHECK(there == pattern(50'000));
    CHECK(disk.counts().mishaps > 10);
}

TEST_CASE("disk: the same seed is the same run, through power cuts") {
    auto const one = [](std::uint64_t seed) {
        world w(seed);
        world_disk disk = w.disk();
        auto const store = store_at("/store", durability::none);
        for (int round = 0; round < 3; ++round) {
            w.run([&] { return put_text(store, "k" + std::to_string(round), pattern(9000)); });
            disk.cut_power();
            w.restart();
        }
        return std::pair(w.trace(), w.elapsed());
    };
    CHECK(one(7) == one(7));
    CHECK(one(7).first != one(8).first);
}

TEST_CASE("disk: it takes its time in the world, and no file of the machine is touched") {
    world w(1);
    disk_options options;
    options.latency = std::chrono::seconds(10);
    world_disk disk = w.disk(options);
    disk.write("/in/only/here", "text");
    auto const began = std::chrono::steady_clock::now();
    w.run([&]() -> awaitable<void> {
        co_await put_file(store_at("/elsewhere"), "k", "/in/only/here");
        co_await get_file(store_at("/elsewhere"), "k", "/in/only/copy");
        auto const store = store_at("/elsewhere");
        list_page const all = co_await list_all(store, "");
        CHECK(all.objects.size() == 1);
        std::vector<object_key> const keys(1, "k");
        co_await store->remove(keys);
    });
    CHECK(disk.read("/in/only/copy") == "text");
    CHECK(disk.tree("/elsewhere").empty());
    CHECK(w.elapsed() > std::chrono::minutes(2));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
}

TEST_CASE("disk: a download goes on after a kill with what was there, and anew after a power cut; it ends right in both") {
    for (disk_mishap const what : {disk_mishap::kill, disk_mishap::power_cut}) {
        std::uint64_t resumed = 0;
        for (std::uint64_t n = 20; n < 90; n += 7) {
            world w(n);
            world_disk disk = w.disk();
            world_s3 s3 = w.serve_s3();
            s3.put("bucket", "k", pattern(200'000));
            std::uint64_t calls = 0;
            disk.on_call([&](disk_call const&) { return calls++ == n ? what : disk_mishap::none; });
            copied done;
            std::function<awaitable<void>()> const fetch = [&]() -> awaitable<void> {
                copy_options how;
                how.read.part_size = 10'000;
                how.read.threshold = 1;
                how.keep_partial = true;
                done = co_await copy_object(make_s3_store(s3.settings()), "k", store_at("/here"), "k", how);
            };
            if (w.run(fetch) == world::ending::finished) continue;
            w.restart();
            REQUIRE(w.run(fetch) == world::ending::finished);
            CHECK(disk.read("/here/k") == pattern(200'000));
            CHECK(disk.tree("/here") == std::vector<std::string>{"k"});
            resumed += done.object.size == 200'000 && done.resumed > 0;
        }
        if (what == disk_mishap::kill)
            CHECK(resumed > 3);
        else
            CHECK(resumed == 0);
    }
}
