// How long an operation waits between its attempts, in a world where time passes only when nothing else is left to do.
#include "stream/s3/fixture.hpp"
#include "support/step_world.hpp"

#include <algorithm>
#include <array>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string status(int code, std::string_view fields, std::string_view service_code = {}) {
    std::string const body = service_code.empty() ? std::string() : "<Error><Code>" + std::string(service_code) + "</Code></Error>";
    return "HTTP/1.1 " + std::to_string(code) + " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) +
           "\r\n" + body;
}

/// Milliseconds, rounded, that a head of "k" takes when its first attempts are answered so; -1 when it fails.
std::int64_t milliseconds_of_head(std::vector<std::string> const& answers) {
    step_world world;
    world.model.objects["k"] = "data";
    world.model.instead.assign(answers.begin(), answers.end());
    auto const story = [&]() -> awaitable<void> { co_await world.store()->head("k"); };
    bool const good = world.run(story) == step_world::ending::finished;
    CHECK(world.settled());
    return good ? std::chrono::round<std::chrono::milliseconds>(world.elapsed()).count() : -1;
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
        std::int64_t const took = milliseconds_of_head({status(503, "Retry-After: " + std::string(one.value) + "\r\n")});
        CHECK_MESSAGE(took == one.expected, one.value);
    }
    CHECK(milliseconds_of_head({status(503, "")}) == 0);
    CHECK(milliseconds_of_head({status(429, "Retry-After: 3\r\n"), status(503, ""), status(500, "Retry-After: 4\r\n")}) == 7'000);
    CHECK(milliseconds_of_head({status(404, "Retry-After: 3\r\n")}) == -1);  // nothing to wait for
}

TEST_CASE("pauses: backoff grows from attempt to attempt, and never beyond its cap") {
    step_world world;
    s3_settings settings = step_world::settings();
    settings.retry.base = 100ms;
    settings.retry.cap = 1s;
    settings.retry.max_attempts = 12;
    auto const store = make_s3_store(settings);
    for (int i = 0; i < 12; ++i) world.model.instead.push_back(status(503, ""));
    auto const story = [&]() -> awaitable<void> { co_await store->head("k"); };
    CHECK(world.run(story) == step_world::ending::failed);
    CHECK(world.model.seen.size() == 12);
    CHECK(world.elapsed() <= 100ms + 200ms + 400ms + 800ms + 7 * 1s);
    CHECK(world.elapsed() > 500ms);  // eleven pauses of full jitter: shorter once in more than a million seeds
}

TEST_CASE("pauses: a pause that would end behind the time limit is not begun") {
    step_world world;
    world.model.instead = {status(503, "Retry-After: 5\r\n"), status(503, "Retry-After: 5\r\n"), status(503, "Retry-After: 5\r\n")};
    head_options options;
    options.time_limit = 12s;
    auto const story = [&]() -> awaitable<void> { co_await world.store()->head("k", options); };
    CHECK(world.run(story) == step_world::ending::failed);
    REQUIRE(world.why());
    CHECK(world.why()->reason() == errc::throttled);
    CHECK(world.why()->info().attempts == 3);
    CHECK(world.why()->info().elapsed == 10s);
    CHECK(world.elapsed() == 10s);
}

TEST_CASE("pauses: in the middle of a body, too; nothing that came is asked for again") {
    std::string const data = pattern(1000);
    step_world world;
    world.model.objects["k"] = data;
    std::string first = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: " + s3_model::etag_of(data) + "\r\n\r\n" + data;
    first.resize(first.size() - 300);
    world.model.instead = {first, status(503, "Retry-After: 20\r\n", "SlowDown")};
    auto const story = [&]() -> awaitable<void> {
        poisoned into(1000);
        co_await world.store()->read("k", byte_range::whole(), into.span());
        CHECK(into.text(1000) == data);
    };
    CHECK(world.run(story) == step_world::ending::finished);
    // The first answer stops without an end: silence, until the stall limit.
    CHECK(world.elapsed() == 20s + step_world::settings().timeouts.stall);
    CHECK(world.model.seen.size() == 3);
}

TEST_CASE("pauses: tokens run out in an outage, and later operations do not wait either") {
    step_world world;
    s3_settings settings = step_world::settings();
    settings.retry.bucket_size = 12;  // two retries of 5
    auto const store = make_s3_store(settings);
    std::array<unsigned, 3> attempts{};
    auto const story = [&]() -> awaitable<void> {
        for (unsigned& n : attempts) {
            for (int i = 0; i < 4; ++i) world.model.instead.push_back(status(500, ""));
            error const e = co_await error_of(store->head("k"));
            n = e.info().attempts;
            world.model.instead.clear();
        }
    };
    CHECK(world.run(story) == step_world::ending::finished);
    CHECK(attempts == std::array<unsigned, 3>{3, 1, 1});
}

TEST_CASE("pauses: a clock that jumps is followed once, then it is an error") {
    step_world world;
    world.model.instead = {status(403, "Date: Wed, 15 Nov 2023 22:13:20 GMT\r\n", "RequestTimeTooSkewed"),
                           status(403, "Date: Mon, 13 Nov 2023 22:13:20 GMT\r\n", "RequestTimeTooSkewed")};
    auto const story = [&]() -> awaitable<void> { co_await world.store()->list(""); };
    CHECK(world.run(story) == step_world::ending::failed);
    REQUIRE(world.why());
    CHECK(world.why()->reason() == errc::unauthenticated);
    CHECK(world.why()->info().attempts == 2);
    CHECK(contains(world.why()->info().detail, "clock"));
    CHECK(world.elapsed() == 0s);
    world.model.objects["k"] = "data";
    auto const later = [&]() -> awaitable<void> { co_await world.store()->head("k"); };
    CHECK(world.run(later) == step_world::ending::finished);
}

namespace {

/// How an exclusive write ends when its first attempt is answered so; `attempts` counts what the service saw.
std::string_view exclusive_put(std::string const& answer, std::size_t& attempts) {
    step_world world;
    world.model.instead = {answer};
    auto const story = [&]() -> awaitable<void> {
        put_options create;
        create.create_only = true;
        co_await world.store()->put("k", payload("data"), create);
    };
    bool const good = world.run(story) == step_world::ending::finished;
    attempts = static_cast<std::size_t>(
        std::ranges::count_if(world.model.seen, [](std::string const& request) { return request.starts_with("PUT"); }));
    if (!good) REQUIRE(world.why());
    return good ? "done" : to_string(world.why()->reason());
}

}  // namespace

TEST_CASE("pauses: an exclusive write is sent again only where the service says that it was not applied") {
    struct row {
        std::string answer;
        std::string_view ending;
        std::size_t attempts;
    };
    std::string const silence = "HTTP/1.1 ";
    for (row const& one :
         {row{silence, "outcome unknown", 1}, row{status(500, "", "InternalError"), "outcome unknown", 1},
          row{status(500, "", "UnknownError"), "outcome unknown", 1}, row{status(502, ""), "outcome unknown", 1},
          row{status(503, ""), "outcome unknown", 1}, row{status(504, "Retry-After: 1\r\n"), "outcome unknown", 1},
          row{status(503, "", "SlowDown"), "done", 2}, row{status(429, ""), "done", 2}, row{status(408, ""), "done", 2},
          row{status(400, "", "RequestTimeout"), "done", 2}, row{status(409, "", "ConditionalRequestConflict"), "done", 2},
          row{status(412, "", "PreconditionFailed"), "already exists", 1}, row{status(412, ""), "already exists", 1},
          row{status(403, "", "AccessDenied"), "permission denied", 1}, row{status(404, "", "NoSuchBucket"), "not found", 1}}) {
        std::size_t attempts = 0;
        std::string_view const ending = exclusive_put(one.answer, attempts);
        CHECK_MESSAGE(ending == one.ending, one.answer);
        CHECK_MESSAGE(attempts == one.attempts, one.answer);
    }
}

TEST_CASE("pauses: a conflict that never ends is precondition_failed after the last attempt") {
    step_world world;
    for (int i = 0; i < 4; ++i) world.model.instead.push_back(status(409, "", "ConditionalRequestConflict"));
    put_options swap;
    swap.if_match = "e1";
    auto const story = [&]() -> awaitable<void> { co_await world.store()->put("k", payload("data"), swap); };
    CHECK(world.run(story) == step_world::ending::failed);
    REQUIRE(world.why());
    CHECK(world.why()->reason() == errc::precondition_failed);
    CHECK(world.why()->info().service_code == "ConditionalRequestConflict");
    CHECK(world.why()->info().attempts == 4);
    CHECK(world.model.objects.empty());
}
