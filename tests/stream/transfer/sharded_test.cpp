// Strategy `sharded` on threads of its own: what `ranges` promises holds across contexts.
#include "support/s3_place.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/memory.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/wrap/observed.hpp>

#include "support/streams.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using sluice::testing::s3_fault;
using sluice::testing::s3_request_view;
using sluice::testing::s3_server;

namespace {

constexpr std::size_t object_size = 20'300, part = 1'000, threads = 3;

std::span<std::byte> writable(std::string& s) { return std::as_writable_bytes(std::span(s)); }

range_engine_options over(async::runtime const& runtime) {
    range_engine_options options;
    options.strategy = read_strategy::sharded;
    options.threshold = options.part_size = part;
    options.parts_in_flight = 7;
    options.contexts = runtime.executors();
    return options;
}

s3_fault late(std::chrono::milliseconds by) {
    s3_fault fault;
    fault.delay = by;
    return fault;
}

/// A place where "o" is, and the memory that it is read into, with something behind it that must stay.
struct scene {
    explicit scene(std::string content) : data(std::move(content)) { server.put("bucket", "o", data); }

    /// What came of reading "o" whole: nothing, or why not. Returns when nothing of it is left on any context.
    std::optional<errc> read(range_engine_options options) {
        into.assign(data.size() + 16, '#');
        std::optional<errc> failed;
        auto const main = [&]() -> awaitable<void> {
            co_await read_ranged(store, "o", byte_range::whole(), writable(into).first(data.size()), options);
        };
        try {
            runtime.run(main);
        } catch (error const& e) {
            failed = e.reason();
        }
        CHECK(into.substr(data.size()) == std::string(16, '#'));
        return failed;
    }
    std::string_view came() const { return std::string_view(into).substr(0, data.size()); }

    s3_server server;
    std::string const data;
    std::string into;
    std::shared_ptr<object_store> store = make_s3_store(settings_for(server));
    async::runtime runtime{threads};  // goes first: it waits for what is left
};

}  // namespace

TEST_CASE("sharded: every context reads, on its thread and by connections of its own, straight into the caller's memory") {
    std::mutex mutex;
    std::set<std::thread::id> readers;
    scene s(pattern(object_size));
    s.store = make_observed(s.store, [&](observation const& seen) {
        std::lock_guard const lock(mutex);
        if (seen.operation == "read") readers.insert(std::this_thread::get_id());
    });
    s.server.on_request([](s3_request_view const&) -> std::optional<s3_fault> { return late(5ms); });  // so that all come to it
    CHECK(s.read(over(s.runtime)) == std::nullopt);
    CHECK(s.came() == s.data);
    CHECK(readers.size() == threads);
    CHECK(s.server.counts().requests == 21);
    CHECK(s.server.counts().connections >= threads);
    CHECK(s.server.counts().heads == 0);
}

TEST_CASE("sharded: sizes around a part, more contexts than parts, and one request in flight") {
    for (std::size_t const size : {0u, 1u, 999u, 1'000u, 1'001u, 1'999u, 2'001u, 3'300u}) {
        scene s(pattern(size));
        for (std::size_t const in_flight : {1u, 2u, 40u}) {
            range_engine_options options = over(s.runtime);
            options.parts_in_flight = in_flight;
            CHECK(s.read(options) == std::nullopt);
            CHECK(s.came() == s.data);
        }
    }
}

TEST_CASE("sharded: every part but the first is of the version that was opened, on every context") {
    std::mutex mutex;
    std::multiset<std::string> matches;
    scene s(pattern(object_size));
    std::string const etag = s.server.put("bucket", "o", s.data);
    s.server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        std::lock_guard const lock(mutex);
        matches.insert(r.if_match);
        return std::nullopt;
    });
    CHECK(s.read(over(s.runtime)) == std::nullopt);
    CHECK(matches.count("") == 1);
    CHECK(matches.count(etag) == 20);
}

TEST_CASE("sharded: an object that is replaced in the middle is precondition_failed, never a mix") {
    for (std::uint64_t const before : {2u, 3u, 5u, 9u, 20u}) {
        std::atomic<std::uint64_t> seen = 0;
        scene s(pattern(object_size));
        s.server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
            if (++seen == before) s.server.put("bucket", "o", std::string(object_size, 'n'));
            return std::nullopt;
        });
        CHECK(s.read(over(s.runtime)) == errc::precondition_failed);
    }
}

TEST_CASE("sharded: a failure on one context cancels the others, and is what is thrown when they have stopped") {
    for (std::string const refused : {"bytes=1000-1999", "bytes=4000-4999", "bytes=20000-20299"}) {
        std::atomic<std::uint64_t> answered = 0;
        scene s(pattern(object_size));
        s.server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
            s3_fault fault;
            if (r.range != refused) return answered++ < 15 ? std::nullopt : std::optional(late(1h));
            fault.status = 403;
            fault.code = "AccessDenied";
            return fault;
        });
        range_engine_options options = over(s.runtime);
        options.parts_in_flight = 30;  // all at once: the refused one is among them
        CHECK(s.read(options) == errc::permission_denied);
        s.server.on_request({});
        CHECK(s.read(over(s.runtime)) == std::nullopt);  // every context is good for the next read
        CHECK(s.came() == s.data);
    }
}

TEST_CASE("sharded: cancelled at each of its requests it ends on all contexts, and says so") {
    for (std::uint64_t at = 1; at <= 21; ++at) {
        std::atomic<std::uint64_t> seen = 0;
        scene s(pattern(object_size));
        s.server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
            std::uint64_t const now = ++seen;
            if (now == at) s.runtime.cancel();
            return now < at ? std::nullopt : std::optional(late(1h));  // without the cancel it would never end
        });
        CHECK(s.read(over(s.runtime)) == errc::cancelled);
    }
}

TEST_CASE("sharded: a cancel that races with the end of the parts ends as cancelled or with all bytes") {
    for (std::uint64_t round = 0; round < 60; ++round) {
        std::atomic<std::uint64_t> seen = 0;
        scene s(pattern(object_size));
        s.server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
            if (++seen == 1 + round % 21) s.runtime.cancel();
            return std::nullopt;
        });
        std::optional<errc> const failed = s.read(over(s.runtime));
        CHECK(failed.value_or(errc::cancelled) == errc::cancelled);
        if (!failed) CHECK(s.came() == s.data);
    }
}

TEST_CASE("sharded: the time limit is of the whole, and stops every context") {
    scene s(pattern(object_size));
    s.server.on_request([](s3_request_view const& r) -> std::optional<s3_fault> {
        return r.range == "bytes=0-999" ? std::nullopt : std::optional(late(1h));
    });
    range_engine_options options = over(s.runtime);
    options.get.time_limit = 200ms;
    auto const began = std::chrono::steady_clock::now();
    CHECK(s.read(options) == errc::timed_out);
    CHECK(std::chrono::steady_clock::now() - began < 20s);
}

TEST_CASE("sharded: in order, in any order, and in fresh memory") {
    std::string streamed, scattered(object_size, '#');
    std::mutex mutex;
    scene s(pattern(object_size));
    auto const main = [&]() -> awaitable<void> {
        std::thread::id const here = std::this_thread::get_id();
        part_sink const append = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
            CHECK(offset == streamed.size());
            CHECK(std::this_thread::get_id() == here);  // the sink of a stream is the caller's
            streamed += part.text();
            co_return;
        };
        range_engine_options options = over(s.runtime);
        options.memory_limit = 4 * part;
        co_await stream_ranged(s.store, "o", byte_range::whole(), append, options);
        part_sink const place = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
            std::lock_guard const lock(mutex);
            scattered.replace(offset, part.size(), part.text());
            co_return;
        };
        co_await scatter_ranged(s.store, "o", byte_range::whole(), place, over(s.runtime));
        whole_object const all = co_await get_all(s.store, "o", over(s.runtime));
        CHECK(all.data.text() == s.data);
    };
    s.runtime.run(main);
    CHECK(streamed == s.data);
    CHECK(scattered == s.data);
}

TEST_CASE("sharded: a slow first part lets no other take its place in the window (it would never be delivered)") {
    scene s(pattern(object_size));
    s.server.on_request([](s3_request_view const& r) -> std::optional<s3_fault> {
        s3_fault cut;
        cut.cut_body_after = 100;
        if (r.range == "bytes=0-999") return cut;
        return r.range == "bytes=100-999" ? std::optional(late(100ms)) : std::nullopt;
    });
    for (std::size_t const in_flight : {2u, 3u, 7u}) {
        std::string streamed;
        auto const main = [&]() -> awaitable<void> {
            part_sink const append = [&](std::uint64_t, bytes part) -> awaitable<void> {
                streamed += part.text();
                co_return;
            };
            range_engine_options options = over(s.runtime);
            options.parts_in_flight = in_flight;
            co_await stream_ranged(s.store, "o", byte_range::whole(), append, options);
        };
        s.runtime.run(main);
        CHECK(streamed == s.data);
    }
}

TEST_CASE("sharded: a download into a file, whose parts are written where they were read, and its progress is told in order") {
    scene s(pattern(object_size));
    temporary_folder const folder(in_memory());
    std::string const path = folder / "copy";
    std::uint64_t last = 0;
    bool rises = true;
    auto const main = [&]() -> awaitable<void> {
        progress const report = [&](std::uint64_t done, std::uint64_t total) {
            rises = rises && done > last && total == object_size;
            last = done;
        };
        co_await get_file(s.store, "o", path, over(s.runtime), report);
    };
    s.runtime.run(main);
    std::ifstream file(path, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == s.data);
    CHECK(rises);
    CHECK(last == object_size);
}
