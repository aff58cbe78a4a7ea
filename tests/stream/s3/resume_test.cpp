// Reads that break off: whatever happens on the way, the bytes are those of one version at their place, or there is an error.
#include "stream/s3/fixture.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::script_server, testing::scripted_reply;

namespace {

/// The requests a server saw, and the faults it is to do to them, one after the other.
class plan {
public:
    explicit plan(s3_server& server) {
        server.on_request([this](s3_request_view const& r) { return next(r); });
    }
    void add(std::optional<s3_fault> fault) { faults_.push_back(std::move(fault)); }
    void add_cut(std::uint64_t after) {
        s3_fault f;
        f.cut_body_after = after;
        add(f);
    }
    void clear() {
        faults_.clear();
        seen.clear();
    }
    std::vector<s3_request_view> seen;

private:
    std::optional<s3_fault> next(s3_request_view const& r) {
        std::lock_guard const lock(mutex_);
        seen.push_back(r);
        return seen.size() <= faults_.size() ? faults_[seen.size() - 1] : std::nullopt;
    }
    std::mutex mutex_;
    std::vector<std::optional<s3_fault>> faults_;
};

constexpr std::size_t object_size = 10'000;

}  // namespace

CO_TEST("a read cut at any byte goes on at the first missing one, under If-Match") {
    s3_server server;
    std::string const data = pattern(object_size);
    std::string const etag = server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    for (std::uint64_t const cut : {0u, 1u, 2u, 1023u, 4095u, 4096u, 4097u, 4899u, 4999u}) {
        todo.clear();
        todo.add_cut(cut);
        poisoned into(6000);
        read_result const got = co_await store->read("k", byte_range::bounded(100, 5000), into.span());
        CHECK(got.range == resolved_range{100, 5000});
        CHECK(got.object.size == object_size);
        CHECK(got.object.etag == etag);
        CHECK(into.text(5000) == data.substr(100, 5000));
        CHECK(into.untouched_from(5000));
        REQUIRE(todo.seen.size() == 2);
        CHECK(todo.seen[0].if_match.empty());
        CHECK(todo.seen[1].if_match == etag);
        CHECK(todo.seen[1].range == "bytes=" + std::to_string(100 + cut) + "-5099");
    }
    CHECK(server.counts().refused == 0);
}

CO_TEST("a read of the whole is resumed as a range") {
    s3_server server;
    std::string const data = pattern(object_size);
    server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    todo.add_cut(7000);
    poisoned into(object_size);
    co_await store->read("k", byte_range::whole(), into.span());
    CHECK(into.text(object_size) == data);
    CHECK(todo.seen[0].range.empty());
    CHECK(todo.seen[1].range == "bytes=7000-9999");
}

CO_TEST("patience starts anew with every piece that came: many interruptions in one range") {
    s3_server server;
    std::string const data = pattern(object_size);
    server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    for (int i = 0; i < 12; ++i) todo.add_cut(700);  // far more than max_attempts
    poisoned into(object_size);
    co_await store->read("k", byte_range::from(0), into.span());
    CHECK(into.text(object_size) == data);
    CHECK(todo.seen.size() == 13);
    CHECK(todo.seen[12].range == "bytes=8400-9999");
}

CO_TEST("a body that never brings a byte ends in an error that counts the attempts") {
    s3_server server;
    server.put("bucket", "k", pattern(object_size));
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    for (int i = 0; i < 20; ++i) todo.add_cut(0);
    poisoned into(object_size);
    error const e = co_await error_of(store->read("k", byte_range::whole(), into.span()));
    bool const typed = e.reason() == errc::connection_lost || e.reason() == errc::truncated;
    CHECK(typed);
    CHECK(e.info().attempts == 4);
    CHECK(e.info().operation == "read");
    CHECK(e.info().uri == "s3://bucket/k");
    CHECK(todo.seen.size() == 4);
}

CO_TEST("an object that is replaced in the middle of a read is precondition_failed, never a mix") {
    s3_server server;
    server.put("bucket", "k", pattern(object_size));
    auto const store = quick_store(server.endpoint());
    std::atomic<int> n = 0;
    server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
        s3_fault f;
        if (n++ == 0) {
            f.cut_body_after = 5000;
        } else {
            server.put("bucket", "k", std::string(object_size, 'x'));
        }
        return f;
    });
    poisoned into(object_size);
    error const e = co_await error_of(store->read("k", byte_range::whole(), into.span()));
    CHECK(e.reason() == errc::precondition_failed);
    CHECK(contains(e.info().detail, "changed while it was read"));
    CHECK(n == 2);
}

CO_TEST("a service that ignores Range: an error at first and on resume, unless the whole was asked for") {
    s3_server server;
    std::string const data = pattern(object_size);
    server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    s3_fault ignore;
    ignore.ignore_range = true;

    poisoned into(object_size);
    todo.add(ignore);
    error const first = co_await error_of(store->read("k", byte_range::bounded(10, 100), into.span()));
    CHECK(first.reason() == errc::protocol);
    CHECK(first.info().status == 200);
    CHECK(into.untouched_from(0));

    todo.clear();
    todo.add_cut(50);
    todo.add(ignore);
    error const resumed = co_await error_of(store->read("k", byte_range::bounded(10, 100), into.span()));
    CHECK(resumed.reason() == errc::protocol);
    CHECK(todo.seen.size() == 2);

    todo.clear();
    todo.add(ignore);
    co_await store->read("k", byte_range::bounded(0, 20'000), into.span());
    CHECK(into.text(object_size) == data);
    todo.clear();
    todo.add(ignore);
    co_await store->read("k", byte_range::last(20'000), into.span());
    CHECK(into.text(object_size) == data);
}

CO_TEST("a service that sends another range: an error at first and on resume") {
    s3_server server;
    server.put("bucket", "k", pattern(object_size));
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    for (std::int64_t const shift : {-10, -1, 1, 10}) {
        s3_fault shifted;
        shifted.shift_range = shift;
        poisoned into(1000);
        todo.clear();
        todo.add(shifted);
        error const first = co_await error_of(store->read("k", byte_range::bounded(500, 1000), into.span()));
        CHECK(first.reason() == errc::protocol);
        CHECK(into.untouched_from(0));
        todo.clear();
        todo.add_cut(300);
        todo.add(shifted);
        error const resumed = co_await error_of(store->read("k", byte_range::bounded(500, 1000), into.span()));
        CHECK(resumed.reason() == errc::protocol);
        CHECK(into.untouched_from(300));
    }
}

CO_TEST("get: the same promises, piece by piece") {
    s3_server server;
    std::string const data = pattern(object_size);
    std::string const etag = server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    plan todo(server);
    for (int i = 0; i < 6; ++i) todo.add_cut(1500);
    body_reader reader = co_await store->get("k");
    CHECK(reader.object().size == object_size);
    CHECK(reader.object().etag == etag);
    CHECK(reader.range() == resolved_range{0, object_size});
    std::string came;
    for (;;) {
        poisoned into(777);
        std::size_t const n = co_await reader.read_some(into.span());
        if (n == 0) break;
        CHECK(into.untouched_from(n));
        came += into.text(n);
    }
    CHECK(came == data);
    CHECK(todo.seen.size() == 7);
    std::size_t const none = co_await reader.read_some({});
    CHECK(none == 0);
}

CO_TEST("get: a reader that is dropped early closes its connection") {
    s3_server server;
    server.put("bucket", "k", pattern(4 << 20));
    auto const store = quick_store(server.endpoint());
    {
        body_reader reader = co_await store->get("k");
        poisoned into(10);
        std::size_t const n = co_await reader.read_all(into.span());
        CHECK(n == 10);
    }
    CHECK(server.wait_until_closed(std::chrono::seconds(20)));
}

CO_TEST("what is retried needs no second connection") {
    s3_server server;
    std::string const data = pattern(object_size);
    server.put("bucket", "k", data);
    s3_settings settings = quick_settings(server.endpoint());
    settings.pool.max_connections = 1;
    settings.timeouts.pool_wait = std::chrono::seconds(10);
    auto const store = make_s3_store(settings);
    plan todo(server);
    s3_fault busy;
    busy.status = 503;
    todo.add(busy);
    todo.add_cut(5000);
    todo.add(busy);
    poisoned into(object_size);
    co_await store->read("k", byte_range::whole(), into.span());
    CHECK(into.text(object_size) == data);
    CHECK(todo.seen.size() == 4);
    get_options options;
    options.time_limit = std::chrono::seconds(20);
    todo.clear();
    todo.add_cut(10);
    body_reader reader = co_await store->get("k", options);
    std::size_t const n = co_await reader.read_all(into.span());
    CHECK(n == object_size);
}
