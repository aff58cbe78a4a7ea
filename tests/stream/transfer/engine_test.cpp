#include "support/co_test.hpp"
#include "support/s3_place.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <set>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using sluice::testing::s3_fault;
using sluice::testing::s3_request_view;
using sluice::testing::s3_server;

namespace {

std::string numbered(std::size_t size) {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
    return data;
}

range_engine_options parts_of(std::uint64_t size) {
    range_engine_options options;
    options.threshold = options.part_size = size;
    return options;
}

std::span<std::byte> writable(std::string& s) { return std::as_writable_bytes(std::span(s)); }

/// The first part is answered, all others are kept waiting.
std::optional<s3_fault> first_part_only(s3_request_view const& r) {
    s3_fault fault;
    fault.delay = 1h;
    return r.range == "bytes=0-999" ? std::nullopt : std::optional(fault);
}

/// The failure of reading "o" whole in parts of 1000 bytes; the poison behind the buffer must survive.
awaitable<errc> failure_of_read(std::shared_ptr<object_store> store, std::size_t size) {
    std::string into(size + 16, '#');
    errc reason{};
    try {
        co_await read_ranged(store, "o", byte_range::whole(), writable(into).first(size), parts_of(1'000));
    } catch (error const& e) {
        reason = e.reason();
        CHECK(e.info().uri == "s3://bucket/o");
    }
    CHECK(into.substr(size) == std::string(16, '#'));
    co_return reason;
}

}  // namespace

CO_TEST("engine: a small object costs exactly one request, an empty one too, and there is never a HEAD") {
    s3_server server;
    auto const store = make_s3_store(settings_for(server));
    for (std::size_t const size : {0u, 1u, 999u, 1'000u}) {
        server.put("bucket", "o", numbered(size));
        server.reset_counts();
        whole_object const got = co_await get_all(store, "o", parts_of(1'000));
        CHECK(got.data.text() == numbered(size));
        CHECK(server.counts().requests == 1);
    }
    server.put("bucket", "o", numbered(10'000));
    server.reset_counts();
    whole_object const got = co_await get_all(store, "o", parts_of(1'000));
    CHECK(got.data.text() == numbered(10'000));
    CHECK(server.counts().requests == 10);
    CHECK(server.counts().heads == 0);
    CHECK(server.counts().refused == 0);
}

CO_TEST("engine: every part but the first carries If-Match, and no part is asked for twice") {
    s3_server server;
    std::string const etag = server.put("bucket", "o", numbered(7'500));
    std::mutex mutex;
    std::multiset<std::string> ranges, matches;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        std::lock_guard const lock(mutex);
        ranges.insert(r.range);
        matches.insert(r.if_match);
        return std::nullopt;
    });
    auto const store = make_s3_store(settings_for(server));
    whole_object const got = co_await get_all(store, "o", parts_of(1'000));
    CHECK(got.data.text() == numbered(7'500));
    CHECK(ranges.size() == 8);
    CHECK(std::set<std::string>(ranges.begin(), ranges.end()).size() == 8);
    CHECK(matches.count("") == 1);
    CHECK(matches.count(etag) == 7);
}

CO_TEST("engine: an object that changes between parts is precondition_failed, never a mix") {
    for (std::uint64_t const change_before : {2u, 3u, 9u}) {
        std::atomic<std::uint64_t> seen = 0;
        s3_server server;  // a fresh one: a late request of the former read would count
        auto const store = make_s3_store(settings_for(server));
        server.put("bucket", "o", numbered(10'000));
        server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
            if (++seen == change_before) server.put("bucket", "o", std::string(10'000, 'n'));
            return std::nullopt;
        });
        errc const reason = co_await failure_of_read(store, 10'000);
        CHECK(to_string(reason) == to_string(errc::precondition_failed));
    }
}

CO_TEST("engine: a part that is cut is resumed; only the missing bytes are asked for again") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    std::atomic<int> cuts = 0;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        s3_fault cut;
        cut.cut_body_after = 300;
        if (r.range == "bytes=3000-3999" || r.range == "bytes=3300-3999") {
            ++cuts;
            return cut;
        }
        return std::nullopt;
    });
    auto const store = make_s3_store(settings_for(server));
    whole_object const got = co_await get_all(store, "o", parts_of(1'000));
    CHECK(got.data.text() == numbered(10'000));
    CHECK(cuts == 2);
    CHECK(server.counts().requests == 12);
}

CO_TEST("engine: every part is resumed at its last good byte, under If-Match, wherever it breaks") {
    s3_server server;
    std::string const etag = server.put("bucket", "o", numbered(3'500));
    auto const store = make_s3_store(settings_for(server));
    for (std::uint64_t const part : {0u, 1'000u, 2'000u, 3'000u}) {
        std::uint64_t const size = std::min<std::uint64_t>(1'000, 3'500 - part);
        for (std::uint64_t const cut : std::initializer_list<std::uint64_t>{0, 1, size / 2, size - 1}) {
            std::string const asked = "bytes=" + std::to_string(part) + '-' + std::to_string(part + size - 1);
            std::string const rest = "bytes=" + std::to_string(part + cut) + '-' + std::to_string(part + size - 1);
            std::atomic<int> seen = 0, resumed = 0, unpinned = 0;
            server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
                s3_fault fault;
                bool const first = r.range == asked && seen++ == 0;
                if (first) fault.cut_body_after = cut;
                if (!first && r.range == rest) {
                    ++resumed;
                    if (r.if_match != etag) ++unpinned;
                }
                return fault;
            });
            server.reset_counts();
            whole_object const got = co_await get_all(store, "o", parts_of(1'000));
            CHECK(got.data.text() == numbered(3'500));
            CHECK(resumed == 1);
            CHECK(unpinned == 0);
            CHECK(server.counts().requests == 5);
        }
    }
}

CO_TEST("engine: sizes around the part size, each part broken once") {
    s3_server server;
    auto const store = make_s3_store(settings_for(server));
    for (std::size_t const size : {1u, 999u, 1'000u, 1'001u, 1'999u, 2'000u, 2'001u, 2'249u, 2'250u, 3'001u}) {
        server.put("bucket", "o", numbered(size));
        std::mutex mutex;
        std::set<std::string> broken;
        server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
            std::lock_guard const lock(mutex);
            std::string const end = r.range.substr(r.range.find('-'));
            s3_fault fault;
            if (broken.insert(end).second) fault.cut_body_after = broken.size() % 2 == 0 ? 0 : size == 1 ? 0 : size % 1'000 / 2;
            return fault;
        });
        std::string into(size + 8, '#');
        read_result const got = co_await read_ranged(store, "o", byte_range::whole(), writable(into), parts_of(1'000));
        CHECK(got.range == resolved_range{0, size});
        CHECK(into == numbered(size) + "########");
    }
}

CO_TEST("engine: a server that ignores Range or answers another range is an error, never wrong bytes") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    auto const store = make_s3_store(settings_for(server));
    s3_fault ignored, shifted;
    ignored.ignore_range = true;
    shifted.shift_range = 7;
    for (s3_fault const& fault : {ignored, shifted}) {
        for (std::string const range : {"bytes=0-999", "bytes=4000-4999"}) {
            // By value: a part that was cancelled may still be on its way to the server.
            server.on_request([range, fault](s3_request_view const& r) -> std::optional<s3_fault> {
                return r.range == range ? std::optional(fault) : std::nullopt;
            });
            errc const reason = co_await failure_of_read(store, 10'000);
            CHECK(to_string(reason) == to_string(errc::protocol));
        }
    }
}

CO_TEST("engine: the first failure cancels the siblings and is thrown after they have stopped") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        s3_fault fault;
        if (r.range == "bytes=2000-2999") {
            fault.status = 403;
            fault.code = "AccessDenied";
            return fault;
        }
        if (r.range == "bytes=0-999") return std::nullopt;
        fault.delay = 1h;
        return fault;
    });
    auto const store = make_s3_store(settings_for(server));
    errc const reason = co_await failure_of_read(store, 10'000);
    CHECK(to_string(reason) == to_string(errc::permission_denied));
}

CO_TEST("engine: a time limit covers the whole read and its parts") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    server.on_request(first_part_only);
    auto const store = make_s3_store(settings_for(server));
    std::string into(10'000, '#');
    range_engine_options options = parts_of(1'000);
    options.get.time_limit = 100ms;
    errc reason{};
    try {
        co_await read_ranged(store, "o", byte_range::whole(), writable(into), options);
    } catch (error const& e) {
        reason = e.reason();
    }
    CHECK(to_string(reason) == to_string(errc::timed_out));
}

CO_TEST("engine: cancelled while parts are on their way, it joins them and says so") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    server.on_request(first_part_only);
    auto const store = make_s3_store(settings_for(server));
    std::string into(10'000, '#');
    auto const read = [&]() -> awaitable<void> { co_await read_ranged(store, "o", byte_range::whole(), writable(into), parts_of(1'000)); };
    errc reason{};
    try {
        co_await async::with_deadline(50ms, read);
    } catch (error const& e) {
        reason = e.reason();
    }
    CHECK(to_string(reason) == to_string(errc::timed_out));
}

CO_TEST("engine: a cancelled transfer says what was being done, and to what") {
    s3_server server;
    server.put("bucket", "o", numbered(10'000));
    server.on_request(first_part_only);
    auto const store = make_s3_store(settings_for(server));
    std::optional<error> caught;
    auto const read = [&]() -> awaitable<void> {
        try {
            co_await get_all(store, "o", parts_of(1'000));
        } catch (error const& e) {
            caught = e;
            throw;
        }
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&] { return read(); });
        while (server.counts().requests < 2) co_await async::sleep_for(1ms);
        group.cancel();
    };
    co_await async::with_task_group(body);
    REQUIRE(caught);
    CHECK(caught->code() == boost::asio::error::operation_aborted);
    CHECK(caught->info().operation == "get");
    CHECK(caught->info().uri == "s3://bucket/o");
}

CO_TEST("engine: never more parts in flight than asked for") {
    s3_server server;
    server.put("bucket", "o", numbered(40'000));
    server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
        s3_fault slow;
        slow.delay = 1ms;  // so that parts overlap
        return slow;
    });
    auto const store = make_s3_store(settings_for(server));
    range_engine_options options = parts_of(1'000);
    options.parts_in_flight = 4;
    whole_object const got = co_await get_all(store, "o", options);
    CHECK(got.data.text() == numbered(40'000));
    CHECK(server.counts().connections <= 4);
}
