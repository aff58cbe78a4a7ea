// Transfers against a service that does not keep its word: whatever it answers to a part, no two versions are ever put together.
#include "stream/s3/fixture.hpp"

#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <atomic>
#include <charconv>

using namespace sluice;
using namespace sluice::test;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

constexpr std::size_t object_size = 5000;

range_engine_options small_parts() {
    range_engine_options options;
    options.threshold = options.part_size = 1000;
    options.parts_in_flight = 3;
    return options;
}

struct asked_range {
    std::uint64_t first = 0, last = 0;
};

asked_range range_of(received_request const& r) {
    asked_range range;
    std::string_view const text = r.header("Range");
    std::size_t const dash = text.find('-');
    if (dash == 6) {
        std::uint64_t n = 0;
        std::from_chars(text.data() + 7, text.data() + text.size(), n);
        return {object_size - n, object_size - 1};
    }
    std::from_chars(text.data() + 6, text.data() + dash, range.first);
    std::from_chars(text.data() + dash + 1, text.data() + text.size(), range.last);
    return range;
}

/// The right bytes to any range, whatever the conditions, with that ETag and total.
scripted_reply part_of(received_request const& r, std::string_view etag, std::uint64_t total) {
    asked_range const range = range_of(r);
    std::string const body = pattern(object_size).substr(range.first, range.last - range.first + 1);
    std::string const content_range =
        "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' + std::to_string(total);
    return part_reply(body, content_range, etag);
}

/// What the service does to every request but the first.
struct lie {
    std::string_view name, etag;
    std::uint64_t total;
};
std::vector<lie> const lies{{"another ETag", "\"e2\"", object_size},
                            {"no ETag", "", object_size},
                            {"a weak ETag", "W/\"e1\"", object_size},
                            {"another total", "\"e1\"", object_size + 1}};

/// `transfer` ends as precondition_failed against every lie, and well against the truth.
awaitable<void> survives(std::function<awaitable<void>(std::shared_ptr<object_store>)> transfer) {
    for (lie const& one : lies) {
        std::atomic<int> n = 0;
        script_server server([&](received_request const& r) {
            if (n++ == 0) return part_of(r, "\"e1\"", object_size);
            return part_of(r, one.etag, one.total);
        });
        auto const store = quick_store(server.endpoint());
        error const e = co_await error_of(transfer(store));
        CHECK_MESSAGE(e.reason() == errc::precondition_failed, one.name << ": " << std::string(e.what()));
        CHECK_MESSAGE(n > 1, one.name);
    }
    script_server honest([&](received_request const& r) { return part_of(r, "\"e1\"", object_size); });
    co_await transfer(quick_store(honest.endpoint()));
}

}  // namespace

CO_TEST("versions: read_ranged and get_all") {
    auto const into_memory = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(object_size);
        co_await read_ranged(store, "k", byte_range::whole(), into.span(), small_parts());
        CHECK(into.text(object_size) == pattern(object_size));
    };
    co_await survives(into_memory);
    auto const all = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        whole_object const got = co_await get_all(store, "k", small_parts());
        CHECK(got.data.text() == pattern(object_size));
    };
    co_await survives(all);
}

CO_TEST("versions: stream_ranged and scatter_ranged") {
    auto const streamed = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        part_sink const sink = [](std::uint64_t, bytes) -> awaitable<void> { co_return; };
        co_await stream_ranged(store, "k", byte_range::whole(), sink, small_parts());
    };
    co_await survives(streamed);
    auto const scattered = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        part_sink const sink = [](std::uint64_t, bytes) -> awaitable<void> { co_return; };
        co_await scatter_ranged(store, "k", byte_range::whole(), sink, small_parts());
    };
    co_await survives(scattered);
}

CO_TEST("versions: a long suffix, whose place was asked for first") {
    auto const suffix = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(object_size);
        read_result const got = co_await read_ranged(store, "k", byte_range::last(2500), into.span(), small_parts());
        CHECK(got.range == resolved_range{object_size - 2500, 2500});
        CHECK(into.text(2500) == pattern(object_size).substr(object_size - 2500));
    };
    co_await survives(suffix);
}

CO_TEST("versions: get_ranges") {
    auto const several = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::vector<byte_range> const ranges{byte_range::bounded(0, 10), byte_range::bounded(1000, 10), byte_range::last(10)};
        get_ranges_options options;
        options.gap = 0;
        std::vector<bytes> const got = co_await get_ranges(store, "k", ranges, options);
        CHECK(got[1].text() == pattern(object_size).substr(1000, 10));
    };
    co_await survives(several);
}

CO_TEST("versions: without a strong ETag nothing is read in parts, and one request still is") {
    for (std::string_view const etag : {"", "W/\"e1\""}) {
        std::atomic<int> n = 0;
        script_server server([&](received_request const& r) {
            ++n;
            if (!r.header("Range").empty()) return part_of(r, etag, object_size);
            return scripted_reply::ok(pattern(object_size), {{"ETag", std::string(etag)}});
        });
        auto const store = quick_store(server.endpoint());
        error const e = co_await error_of(get_all(store, "k", small_parts()));
        CHECK(e.reason() == errc::protocol);
        CHECK(contains(e.info().detail, "strategy single"));
        CHECK(n == 1);
        range_engine_options single = small_parts();
        single.strategy = read_strategy::single;
        whole_object const got = co_await get_all(store, "k", single);
        CHECK(got.data.text() == pattern(object_size));
        std::vector<byte_range> const far_apart{byte_range::bounded(0, 10), byte_range::bounded(2000, 10)};
        get_ranges_options options;
        options.gap = 0;
        error const ranges = co_await error_of(get_ranges(store, "k", far_apart, options));
        CHECK(ranges.reason() == errc::protocol);
    }
}

CO_TEST("versions: a suffix longer than a small object needs no ETag, but the same size") {
    for (std::string_view const etag : {"", "W/\"e1\"", "\"e1\""}) {
        script_server server;
        server.push(part_reply("9", "bytes 9-9/10", etag));
        server.push(part_reply("0123456789", "bytes 0-9/10", etag));
        auto const store = quick_store(server.endpoint());
        poisoned into(20);
        read_result const got = co_await read_ranged(store, "k", byte_range::last(5000), into.span(), small_parts());
        CHECK(got.range == resolved_range{0, 10});
        CHECK(into.text(10) == "0123456789");
        server.push(part_reply("9", "bytes 9-9/10", etag));
        server.push(part_reply("0123456789a", "bytes 0-10/11", etag));
        error const e = co_await error_of(read_ranged(store, "k", byte_range::last(5000), into.span(), small_parts()));
        CHECK(e.reason() == errc::precondition_failed);
    }
}

CO_TEST("versions: an object that is removed between two parts is not_found") {
    std::atomic<int> n = 0;
    script_server server([&](received_request const& r) {
        if (n++ < 2) return part_of(r, "\"e1\"", object_size);
        return scripted_reply::status(404, "<Error><Code>NoSuchKey</Code></Error>");
    });
    error const e = co_await error_of(get_all(quick_store(server.endpoint()), "k", small_parts()));
    CHECK(e.reason() == errc::not_found);
}
