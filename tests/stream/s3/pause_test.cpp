// How long an operation waits between its attempts, in a world where time passes only when nothing else is left to do.
#include "stream/s3/fixture.hpp"

#include <sluice/testing/world.hpp>

#include <algorithm>
#include <array>
#include <deque>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// An answer in place of the right one.
testing::s3_fault status(int code, std::vector<std::pair<std::string, std::string>> fields = {}, std::string service_code = {}) {
    testing::s3_fault f = answer(code, std::move(service_code));
    f.headers = std::move(fields);
    return f;
}

testing::s3_fault retry_after(int code, std::string value) { return status(code, {{"Retry-After", std::move(value)}}); }

/// A world without distances, whose S3 first answers as told.
struct quiet_world {
    quiet_world() : world(1, still()), s3(world.serve_s3()), settings(s3.settings()) {
        world.expect_failure();
        s3.on_request([this](testing::s3_request_view const& r) -> std::optional<testing::s3_fault> {
            seen.push_back(r.method + ' ' + r.key);
            if (instead.empty()) return std::nullopt;
            testing::s3_fault f = instead.front();
            instead.pop_front();
            return f;
        });
        settings.retry.max_attempts = 4;
        settings.retry.base = settings.retry.cap = 0ms;
    }

    static testing::world_options still() {
        testing::world_options o;
        o.latency = o.jitter = 0ns;
        o.split = false;
        return o;
    }

    /// The error `work` of a store ends in; nothing when it does not.
    std::optional<error> run(std::function<awaitable<void>(std::shared_ptr<object_store>)> work) {
        auto const store = make_s3_store(settings);
        auto const body = [&]() -> awaitable<void> { return work(store); };
        std::chrono::nanoseconds const began = world.elapsed();
        std::optional<error> why;
        try {
            world.run(body);
        } catch (error const& e) {
            why = e;
        }
        took = world.elapsed() - began;
        return why;
    }

    testing::world world;
    testing::world_s3 s3;
    s3_settings settings;
    std::deque<testing::s3_fault> instead;
    std::vector<std::string> seen;
    std::chrono::nanoseconds took{};
};

awaitable<void> head_it(std::shared_ptr<object_store> store) { co_await store->head("k"); }

/// Milliseconds, rounded, that a head of "k" takes when its first attempts are answered so; -1 when it fails.
std::int64_t milliseconds_of_head(std::deque<testing::s3_fault> answers) {
    quiet_world w;
    w.s3.put("bucket", "k", "data");
    w.instead = std::move(answers);
    bool const good = !w.run(head_it);
    CHECK(w.world.settle());
    return good ? std::chrono::round<std::chrono::milliseconds>(w.took).count() : -1;
}

}  // namespace

TEST_CASE("pauses: Retry-After is waited for, whatever it says, up to its cap") {
    struct row {
        std::string_view value;
        std::int64_t expected;
    };
    // It is 2023-11-14 22:13:20 GMT in this world.
    for (row const& one : {row{"7", 7'000}, row{"0", 0}, row{"60", 60'000}, row{"61", 60'000}, row{"3600", 60'000},
                           row{"99999999999999999999999999", 60'000}, row{"-5", 0}, row{"1.5", 0}, row{"soon", 0}, row{"", 0},
                           row{"0x10", 0}, row{"Tue, 14 Nov 2023 22:13:29 GMT", 9'000}, row{"Tue, 14 Nov 2023 22:13:00 GMT", 0},
                           row{"Wed, 14 Nov 2063 22:13:00 GMT", 60'000}, row{"Tue, 14 Nov", 0}}) {
        std::int64_t const took = milliseconds_of_head({retry_after(503, std::string(one.value))});
        CHECK_MESSAGE(took == one.expected, one.value);
    }
    CHECK(milliseconds_of_head({status(503)}) == 0);
    CHECK(milliseconds_of_head({retry_after(429, "3"), status(503), retry_after(500, "4")}) == 7'000);
    CHECK(milliseconds_of_head({retry_after(404, "3")}) == -1);  // nothing to wait for
}

TEST_CASE("pauses: backoff grows from attempt to attempt, and never beyond its cap") {
    quiet_world w;
    w.settings.retry.base = 100ms;
    w.settings.retry.cap = 1s;
    w.settings.retry.max_attempts = 12;
    w.instead.assign(12, status(503));
    CHECK(w.run(head_it));
    CHECK(w.seen.size() == 12);
    CHECK(w.took <= 100ms + 200ms + 400ms + 800ms + 7 * 1s);
    CHECK(w.took > 500ms);  // eleven pauses of full jitter: shorter once in more than a million seeds
}

TEST_CASE("pauses: a pause that would end behind the time limit is not begun") {
    quiet_world w;
    w.instead.assign(3, retry_after(503, "5"));
    auto const limited = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        head_options options;
        options.time_limit = 12s;
        co_await store->head("k", options);
    };
    std::optional<error> const why = w.run(limited);
    REQUIRE(why);
    CHECK(why->reason() == errc::throttled);
    CHECK(why->info().attempts == 3);
    CHECK(why->info().elapsed == 10s);
    CHECK(w.took == 10s);
}

TEST_CASE("pauses: in the middle of a body, too; nothing that came is asked for again") {
    std::string const data = pattern(1000);
    quiet_world w;
    w.s3.put("bucket", "k", data);
    testing::s3_fault half;
    half.cut_body_after = 700;
    w.instead = {half, status(503, {{"Retry-After", "20"}}, "SlowDown")};
    auto const read = [&data](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(1000);
        co_await store->read("k", byte_range::whole(), into.span());
        CHECK(into.text(1000) == data);
    };
    CHECK_FALSE(w.run(read));
    CHECK(w.took == 20s);
    CHECK(w.seen.size() == 3);
}

TEST_CASE("pauses: tokens run out in an outage, and later operations do not wait either") {
    quiet_world w;
    w.settings.retry.bucket_size = 12;  // two retries of 5
    std::array<unsigned, 3> attempts{};
    auto const thrice = [&](std::shared_ptr<object_store> store) -> awaitable<void> {
        for (unsigned& n : attempts) {
            w.instead.assign(4, status(500));
            error const e = co_await error_of(store->head("k"));
            n = e.info().attempts;
        }
    };
    CHECK_FALSE(w.run(thrice));
    CHECK(attempts == std::array<unsigned, 3>{3, 1, 1});
}

TEST_CASE("pauses: a clock that jumps is followed once, then it is an error") {
    quiet_world w;
    w.instead = {status(403, {{"Date", "Wed, 15 Nov 2023 22:13:20 GMT"}}, "RequestTimeTooSkewed"),
                 status(403, {{"Date", "Mon, 13 Nov 2023 22:13:20 GMT"}}, "RequestTimeTooSkewed")};
    auto const list = [](std::shared_ptr<object_store> store) -> awaitable<void> { co_await store->list(""); };
    std::optional<error> const why = w.run(list);
    REQUIRE(why);
    CHECK(why->reason() == errc::unauthenticated);
    CHECK(why->info().attempts == 2);
    CHECK(contains(why->info().detail, "clock"));
    CHECK(w.took == 0s);
    w.s3.put("bucket", "k", "data");
    CHECK_FALSE(w.run(head_it));
}

namespace {

/// How an exclusive write ends when its first attempt is answered so; `attempts` counts what the service saw.
std::string_view exclusive_put(testing::s3_fault const& first, std::size_t& attempts) {
    quiet_world w;
    w.instead = {first};
    auto const put = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_options create;
        create.create_only = true;
        co_await store->put("k", payload("data"), create);
    };
    std::optional<error> const why = w.run(put);
    attempts =
        static_cast<std::size_t>(std::ranges::count_if(w.seen, [](std::string const& request) { return request.starts_with("PUT"); }));
    return why ? to_string(why->reason()) : "done";
}

}  // namespace

TEST_CASE("pauses: an exclusive write is sent again only where the service says that it was not applied") {
    struct row {
        testing::s3_fault answer;
        std::string_view ending;
        std::size_t attempts;
    };
    auto const coded = [](int code, std::string word) { return status(code, {}, std::move(word)); };
    testing::s3_fault silence;
    silence.delay = 1h;
    for (row const& one : {row{silence, "outcome unknown", 1}, row{coded(500, "InternalError"), "outcome unknown", 1},
                           row{coded(500, "UnknownError"), "outcome unknown", 1}, row{status(502), "outcome unknown", 1},
                           row{status(503), "outcome unknown", 1}, row{retry_after(504, "1"), "outcome unknown", 1},
                           row{coded(503, "SlowDown"), "done", 2}, row{status(429), "done", 2}, row{status(408), "done", 2},
                           row{coded(400, "RequestTimeout"), "done", 2}, row{coded(409, "ConditionalRequestConflict"), "done", 2},
                           row{coded(412, "PreconditionFailed"), "already exists", 1}, row{status(412), "already exists", 1},
                           row{coded(403, "AccessDenied"), "permission denied", 1}, row{coded(404, "NoSuchBucket"), "not found", 1}}) {
        std::size_t attempts = 0;
        std::string_view const ending = exclusive_put(one.answer, attempts);
        CHECK_MESSAGE(ending == one.ending, one.answer.status << ' ' << one.answer.code);
        CHECK_MESSAGE(attempts == one.attempts, one.answer.status << ' ' << one.answer.code);
    }
}

TEST_CASE("pauses: a conflict that never ends is precondition_failed after the last attempt") {
    quiet_world w;
    w.instead.assign(4, status(409, {}, "ConditionalRequestConflict"));
    auto const swap = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_options options;
        options.if_match = "e1";
        co_await store->put("k", payload("data"), options);
    };
    std::optional<error> const why = w.run(swap);
    REQUIRE(why);
    CHECK(why->reason() == errc::precondition_failed);
    CHECK(why->info().service_code == "ConditionalRequestConflict");
    CHECK(why->info().attempts == 4);
    CHECK(w.s3.object_count() == 0);
}
