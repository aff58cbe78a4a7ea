// What is read in parts is checked as a whole: wherever a bit flips, however late the checksum is known, however often a part breaks off.
#include "stream/s3/checked.hpp"

#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <atomic>
#include <chrono>
#include <functional>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::s3_fault, testing::s3_request_view, testing::s3_server;

namespace {

/// Whether it asks for the part that begins there: the first comes by a request without a range.
bool brings(s3_request_view const& r, std::uint64_t part) {
    return r.method == "GET" && (part == 0 ? r.range.empty() : r.range.starts_with("bytes=" + std::to_string(part) + '-'));
}

}  // namespace

CO_TEST("checksums: an object read in parts is checked as a whole, by one HEAD more") {
    s3_server server;
    auto const store = checked_store(server.endpoint());
    std::string const data = data_of(3'000'017);
    co_await store->put("o", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 1 << 20;
    for (int spoilt = 0; spoilt < 2; ++spoilt) {
        server.reset_counts();
        server.on_request([spoilt](s3_request_view const& r) -> std::optional<s3_fault> {
            return spoilt == 1 && brings(r, 1 << 20) ? std::optional(flipped(77)) : std::nullopt;
        });
        auto const memory = [&]() -> awaitable<void> {
            poisoned into(data.size());
            co_await read_ranged(store, "o", byte_range::whole(), into.span(), options);
            CHECK(into.text(data.size()) == data);
        };
        auto const fresh = [&]() -> awaitable<void> {
            whole_object const all = co_await get_all(store, "o", options);
            CHECK(all.data.text() == data);
        };
        std::string seen;
        part_sink const sink = [&seen](std::uint64_t, bytes part) -> awaitable<void> {
            seen += part.text();
            co_return;
        };
        auto const stream = [&]() -> awaitable<void> {
            seen.clear();
            co_await stream_ranged(store, "o", byte_range::whole(), sink, options);
            CHECK(seen == data);
        };
        auto const scatter = [&]() -> awaitable<void> { co_await scatter_ranged(store, "o", byte_range::whole(), sink, options); };
        auto const copy = [&]() -> awaitable<void> {
            copy_options how;
            how.read = options;
            co_await copy_object(store, "o", make_memory_store(), "o", how);
        };
        for (std::function<awaitable<void>()> const& read :
             {std::function<awaitable<void>()>(memory), {fresh}, {stream}, {scatter}, {copy}}) {
            std::uint64_t const heads = server.counts().heads;
            if (spoilt == 1) {
                error const e = co_await error_of(read());
                CHECK(e.reason() == errc::checksum_mismatch);
            } else {
                co_await read();
            }
            CHECK(server.counts().heads == heads + 1);
        }
    }
}

CO_TEST("checksums: a bit flipped in the first, a middle or the last piece of any part is an error, however late the HEAD is") {
    s3_server server;
    auto const store = checked_store(server.endpoint(), checksum_algorithm::crc32c);
    std::string const data = data_of(2'500'017);
    co_await store->put("o", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 1 << 20;
    poisoned into(data.size());
    part_sink const sink = [](std::uint64_t, bytes) -> awaitable<void> { co_return; };
    for (std::chrono::milliseconds const late : {0ms, 100ms}) {
        for (std::uint64_t const part : {0u, 1u << 20, 2u << 20}) {
            std::uint64_t const size = std::min<std::uint64_t>(1 << 20, data.size() - part);
            for (std::uint64_t const at : {std::uint64_t{0}, size / 2, size - 1}) {
                server.on_request([=](s3_request_view const& r) -> std::optional<s3_fault> {
                    s3_fault f;
                    f.delay = late;
                    if (r.method == "HEAD") return f;
                    bool const here = brings(r, part);
                    return here ? std::optional(flipped(at)) : std::nullopt;
                });
                error const memory = co_await error_of(read_ranged(store, "o", byte_range::whole(), into.span(), options));
                CHECK_MESSAGE(memory.reason() == errc::checksum_mismatch, (part + at));
                error const stream = co_await error_of(stream_ranged(store, "o", byte_range::whole(), sink, options));
                CHECK_MESSAGE(stream.reason() == errc::checksum_mismatch, (part + at));
            }
        }
        server.on_request([=](s3_request_view const& r) -> std::optional<s3_fault> {
            s3_fault f;
            f.delay = late;
            return r.method == "HEAD" ? std::optional(f) : std::nullopt;
        });
        co_await read_ranged(store, "o", byte_range::whole(), into.span(), options);
        CHECK(into.text(data.size()) == data);
    }
}

CO_TEST("checksums: a part that breaks off in a piece is resumed, and none of its bytes is summed twice") {
    s3_server server;
    auto const store = checked_store(server.endpoint());
    std::string const data = data_of(3'000'017);
    co_await store->put("o", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 1 << 20;
    for (std::uint64_t const part : {0u, 1u << 20}) {
        for (std::uint64_t const cut_at : {1u, 262'144u, 400'000u, 1'048'575u}) {
            for (bool const spoilt : {false, true}) {
                std::atomic<int> cuts = 0;
                server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
                    s3_fault cut;
                    cut.cut_body_after = cut_at;
                    if (spoilt) cut.flip_bit_of = cut_at - 1;
                    bool const here = brings(r, part);
                    return here && cuts++ == 0 ? std::optional(cut) : std::nullopt;
                });
                poisoned into(data.size());
                if (spoilt) {
                    error const e = co_await error_of(read_ranged(store, "o", byte_range::whole(), into.span(), options));
                    CHECK_MESSAGE(e.reason() == errc::checksum_mismatch, (part + cut_at));
                } else {
                    co_await read_ranged(store, "o", byte_range::whole(), into.span(), options);
                    CHECK_MESSAGE(into.text(data.size()) == data, (part + cut_at));
                }
                CHECK(cuts > 0);
                server.on_request({});
            }
        }
    }
}

CO_TEST("checksums: a part of an object, and one request, cost no HEAD") {
    s3_server server;
    auto const store = checked_store(server.endpoint());
    std::string const data = data_of(300'000);
    co_await store->put("o", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 100'000;
    poisoned into(data.size());
    co_await read_ranged(store, "o", byte_range::bounded(1, 250'000), into.span(), options);
    CHECK(into.text(250'000) == data.substr(1, 250'000));
    options.threshold = options.part_size = 300'000;
    co_await read_ranged(store, "o", byte_range::whole(), into.span(), options);
    CHECK(server.counts().heads == 0);
}
