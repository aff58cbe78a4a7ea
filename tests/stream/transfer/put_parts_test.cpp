// Objects written in parts over a network that misbehaves: every byte arrives once, at its place, or nothing is left.
#include "stream/s3/fixture.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server;

namespace {

constexpr std::size_t part = 5u << 20;  // the least that the protocol takes

/// Gives `data` in pieces of odd sizes.
byte_source source_of(std::string const* data, std::size_t* taken) {
    return [data, taken](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = std::min({into.size(), data->size() - *taken, std::size_t{777'777}});
        std::memcpy(into.data(), data->data() + *taken, n);
        *taken += n;
        co_return n;
    };
}

put_stream_options in_small_parts() {
    put_stream_options options;
    options.part_size = part;
    return options;
}

awaitable<void> stream_to(std::shared_ptr<object_store> store, std::string const* data) {
    std::size_t taken = 0;
    byte_source const from = source_of(data, &taken);
    co_await put_stream(store, "o", from, in_small_parts());
}

awaitable<void> copy_to(std::shared_ptr<object_store> store, std::string const* data) {
    std::shared_ptr<object_store> const from = make_memory_store();
    payload held(*data);
    co_await from->put("o", held);
    copy_options how;
    how.read.threshold = how.read.part_size = part;
    co_await copy_object(from, "o", store, "o", how);
}

using writing = awaitable<void> (*)(std::shared_ptr<object_store>, std::string const*);

/// The number of the part that a request writes; 0 for other requests.
unsigned part_of(s3_request_view const& r) {
    unsigned number = 0;
    if (r.query.starts_with("partNumber=")) std::from_chars(r.query.data() + 11, r.query.data() + r.query.size(), number);
    return number;
}

/// How often each part was written.
class part_counts {
public:
    unsigned add(unsigned number) {
        std::lock_guard const lock(mutex_);
        return ++counts_[number];
    }
    std::map<unsigned, unsigned> all() const {
        std::lock_guard const lock(mutex_);
        return counts_;
    }

private:
    mutable std::mutex mutex_;
    std::map<unsigned, unsigned> counts_;
};

}  // namespace

CO_TEST("parts: whatever the order in which they arrive, each is sent once and the object is whole") {
    std::string const data = pattern(5 * part + 12'345);
    for (writing const write : {&stream_to, &copy_to}) {
        for (unsigned const seed : {0u, 1u, 2u}) {
            s3_server server;
            part_counts seen;
            server.on_request([&seen, seed](s3_request_view const& r) -> std::optional<s3_fault> {
                unsigned const number = part_of(r);
                if (number == 0) return std::nullopt;
                seen.add(number);
                s3_fault late;
                late.delay = std::chrono::milliseconds((number * 2654435761u + seed * 40503u) >> 8 & 31);
                return late;
            });
            co_await write(quick_store(server.endpoint()), &data);
            CHECK((server.get("bucket", "o") == data));
            CHECK((seen.all() == std::map<unsigned, unsigned>{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}}));
            CHECK(server.counts().refused == 0);
        }
    }
}

CO_TEST("parts: each fails once, side by side; what is sent again are the bytes of its number, and none is missing") {
    std::string const data = pattern(5 * part + 12'345);
    s3_fault lost;
    lost.drop_after_apply = true;
    for (writing const write : {&stream_to, &copy_to}) {
        for (s3_fault const& fault : {answer(503, "SlowDown"), answer(500, "InternalError"), lost}) {
            s3_server server;
            part_counts seen;
            server.on_request([&seen, fault](s3_request_view const& r) -> std::optional<s3_fault> {
                unsigned const number = part_of(r);
                return number != 0 && seen.add(number) == 1 ? std::optional(fault) : std::nullopt;
            });
            co_await write(quick_store(server.endpoint()), &data);
            CHECK((server.get("bucket", "o") == data));
            CHECK((seen.all() == std::map<unsigned, unsigned>{{1, 2}, {2, 2}, {3, 2}, {4, 2}, {5, 2}, {6, 2}}));
            CHECK(server.counts().refused == 0);
        }
    }
}

CO_TEST("parts: refused at any of them, or at the end, nothing is left and what was there stays") {
    std::string const data = pattern(3 * part + 1);
    for (writing const write : {&stream_to, &copy_to}) {
        for (unsigned const refused : {1u, 2u, 3u, 4u, 5u}) {  // 5: the completion
            s3_server server;
            server.put("bucket", "o", "old");
            server.on_request([refused](s3_request_view const& r) -> std::optional<s3_fault> {
                bool const completes = r.method == "POST" && r.query.starts_with("uploadId=");
                return part_of(r) == refused || (refused == 5 && completes) ? std::optional(answer(403, "AccessDenied")) : std::nullopt;
            });
            error const e = co_await error_of(write(quick_store(server.endpoint()), &data));
            CHECK(e.reason() == errc::permission_denied);
            CHECK(server.uploads_open() == 0);
            CHECK(server.counts().aborts == 1);
            CHECK(server.get("bucket", "o") == "old");
        }
    }
}

CO_TEST("parts: a cancel from outside leaves no upload and what was there") {
    std::string const data = pattern(3 * part + 1);
    for (writing const write : {&stream_to, &copy_to}) {
        for (unsigned const last : {1u, 3u}) {
            s3_server server;
            server.put("bucket", "o", "old");
            std::atomic<bool> reached = false;
            server.on_request([&reached, last](s3_request_view const& r) -> std::optional<s3_fault> {
                if (part_of(r) != last) return std::nullopt;
                reached = true;
                s3_fault slow;
                slow.delay = std::chrono::hours(1);
                return slow;
            });
            auto const body = [&](async::task_group& group) -> awaitable<void> {
                group.spawn([&] { return write(quick_store(server.endpoint()), &data); });
                while (!reached) co_await async::sleep_for(std::chrono::milliseconds(1));
                group.cancel();
            };
            co_await async::with_task_group(body);
            CHECK(server.uploads_open() == 0);
            CHECK(server.counts().aborts == 1);
            CHECK(server.get("bucket", "o") == "old");
        }
    }
}

CO_TEST("put_stream: as many sources as there are connections stall, and others are served all the same") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.pool.max_connections = 2;
    settings.timeouts.pool_wait = std::chrono::seconds(30);
    auto const store = make_s3_store(settings);
    std::string const data = pattern(part + 1000);
    std::atomic<int> fed = 0, stalled = 0;
    auto const stall = [&](object_key where) -> awaitable<void> {
        std::size_t taken = 0;
        byte_source const whole = source_of(&data, &taken);
        byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
            bool const dry = taken > part;  // the first part is on its way, the second begun
            if (dry) ++stalled;
            while (dry && fed < 3) co_await async::sleep_for(std::chrono::milliseconds(1));
            std::size_t const n = co_await whole(into.first(std::min(into.size(), part + 500 - std::min(taken, part))));
            co_return n;
        };
        co_await put_stream(store, where, from, in_small_parts());
    };
    auto const feed = [&](object_key where) -> awaitable<void> {
        while (stalled < 2) co_await async::sleep_for(std::chrono::milliseconds(1));
        std::size_t taken = 0;
        byte_source const from = source_of(&data, &taken);
        co_await put_stream(store, where, from, in_small_parts());
        ++fed;
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (char const* const where : {"s1", "s2"}) group.spawn([&stall, where] { return stall(where); });
        for (char const* const where : {"f1", "f2", "f3"}) group.spawn([&feed, where] { return feed(where); });
        co_return;
    };
    co_await async::with_task_group(body);
    for (char const* const where : {"s1", "s2", "f1", "f2", "f3"}) CHECK((server.get("bucket", where) == data));
    CHECK(server.counts().connections <= 2);
}
