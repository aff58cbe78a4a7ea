// The simulated world: what it promises to programs that are tested in it.
#include "async/clock.hpp"
#include "async/event.hpp"
#include "http/pool.hpp"
#include "support/streams.hpp"

#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::pattern;
using namespace std::chrono_literals;

namespace {

/// Writes, reads back in ranges, removes: what one world is worth.
awaitable<void> round_trip(std::shared_ptr<object_store> store, std::string data) {
    co_await store->put("k", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 10'000;
    whole_object const got = co_await get_all(store, "k", options);
    CHECK(got.data.text() == data);
    std::vector<object_key> const keys(1, "k");
    remove_report const gone = co_await store->remove(keys);
    CHECK(gone.removed == 1);
}

struct told {
    std::uint64_t trace = 0, steps = 0;
    std::chrono::nanoseconds took{};
    std::vector<std::string> events;
};

told one_world(std::uint64_t seed) {
    told t;
    world w(seed);
    w.on_event([&](std::string_view line) { t.events.emplace_back(line); });
    world_s3 const s3 = w.serve_s3();
    auto const store = make_s3_store(s3.settings());
    w.run([&] { return round_trip(store, pattern(100'000)); });
    t.trace = w.trace();
    t.steps = w.counts().steps;
    t.took = w.elapsed();
    CHECK(s3.counts().refused == 0);
    return t;
}

/// The reason of the error that `body` ends in.
errc reason_of(world& w, std::function<awaitable<void>()> body) {
    w.expect_failure();
    try {
        w.run(std::move(body));
    } catch (error const& e) {
        return e.reason();
    }
    return {};
}

struct quiet_alarm final : async::clock::alarm {
    explicit quiet_alarm(async::clock& c) : alarm(c) {}
    ~quiet_alarm() override { clear(); }
    void ring() noexcept override {}
};

}  // namespace

TEST_CASE("world: the same seed is the same run, another seed another") {
    told const a = one_world(7), b = one_world(7), c = one_world(8);
    CHECK(a.events == b.events);
    CHECK(a.trace == b.trace);
    CHECK(a.took == b.took);
    CHECK(a.steps == b.steps);
    CHECK(a.trace != c.trace);
    CHECK(a.events.size() > 20);
}

TEST_CASE("world: an hour of waiting takes no time") {
    world w(1);
    s3_settings settings = w.serve_s3().settings();
    settings.timeouts.first_byte = settings.timeouts.stall = std::chrono::hours(1);
    settings.retry.max_attempts = 1;
    w.on_step([](world_step const& s) { return s.what == world_step::kind::wait ? mishap::silence : mishap::none; });
    auto const store = make_s3_store(settings);
    auto const began = std::chrono::steady_clock::now();
    errc const reason = reason_of(w, [&]() -> awaitable<void> { co_await store->head("k"); });
    CHECK(reason == errc::timed_out);
    CHECK(w.elapsed() >= std::chrono::hours(1));
    CHECK(std::chrono::steady_clock::now() - began < 20s);
    CHECK(w.settle());
}

TEST_CASE("world: latency and bandwidth take the time they say") {
    world_options options;
    options.latency = 100ms;
    options.jitter = 0ns;
    options.split = false;
    options.bytes_per_second = 1'000'000;
    world w(1, options);
    world_s3 s3 = w.serve_s3();
    s3.put("bucket", "k", pattern(2'000'000));
    auto const store = make_s3_store(s3.settings());
    w.run([&]() -> awaitable<void> {
        std::vector<std::byte> into(2'000'000);
        read_result const got = co_await store->read("k", byte_range::whole(), into);
        CHECK(got.range.length == into.size());
    });
    // A lookup, a dial and a request take 200 ms each, the body 2 s.
    CHECK(w.elapsed() >= 2600ms);
    CHECK(w.elapsed() < 2800ms);
}

TEST_CASE("world: behind a delay all goes on, and behind a limit it is too late") {
    for (world_step::kind const at :
         {world_step::kind::lookup, world_step::kind::dial, world_step::kind::read, world_step::kind::write, world_step::kind::wait}) {
        for (bool const too_late : {false, true}) {
            world_options options;
            options.delay = too_late ? std::chrono::nanoseconds(1h) : std::chrono::nanoseconds(1s);
            world w(3, options);
            s3_settings settings = w.serve_s3().settings();
            settings.retry.max_attempts = 1;
            auto const store = make_s3_store(settings);
            bool met = false;
            w.on_step([&](world_step const& s) { return s.what == at && !std::exchange(met, true) ? mishap::delay : mishap::none; });
            errc const reason = reason_of(w, [&]() -> awaitable<void> { co_await store->list(""); });
            CHECK(reason == (too_late ? errc::timed_out : errc{}));
            CHECK(w.elapsed() >= 1s);
            CHECK(w.elapsed() < 1h);
            CHECK(w.settle());
        }
    }
}

TEST_CASE("world: a receiver that does not read stops its sender") {
    world_options options;
    options.window = 10'000;
    world w(1, options);
    world_s3 s3 = w.serve_s3();
    s3.put("bucket", "k", pattern(1'000'000));
    std::uint64_t on_the_wire = 0;
    w.on_event([&](std::string_view line) {
        std::string_view const mark = "bytes for the client: ";
        if (std::size_t const at = line.find(mark); at != line.npos) on_the_wire += std::stoull(std::string(line.substr(at + mark.size())));
    });
    auto const store = make_s3_store(s3.settings());
    w.run([&]() -> awaitable<void> {
        body_reader body = co_await store->get("k");
        std::vector<std::byte> one(1);
        co_await body.read_some(one);
    });
    w.pass(1s);
    CHECK(on_the_wire < 50'000);
}

TEST_CASE("world: each mishap of the network is what it is called") {
    struct fate {
        world_step::kind at;
        mishap what;
        errc reason;
    };
    for (fate const f :
         {fate{world_step::kind::lookup, mishap::reset, errc::unreachable},
          fate{world_step::kind::lookup, mishap::silence, errc::timed_out}, fate{world_step::kind::dial, mishap::reset, errc::unreachable},
          fate{world_step::kind::dial, mishap::silence, errc::timed_out},
          fate{world_step::kind::read, mishap::reset, errc::connection_lost},
          fate{world_step::kind::read, mishap::end, errc::connection_lost},
          fate{world_step::kind::write, mishap::reset, errc::connection_lost},
          fate{world_step::kind::wait, mishap::silence, errc::timed_out}, fate{world_step::kind::read, mishap::cancel, errc::cancelled}}) {
        world w(3);
        s3_settings settings = w.serve_s3().settings();
        settings.retry.max_attempts = 1;
        auto const store = make_s3_store(settings);
        w.on_step([&](world_step const& s) { return s.what == f.at ? f.what : mishap::none; });
        CHECK_MESSAGE(reason_of(w, [&]() -> awaitable<void> { co_await store->head("k"); }) == f.reason, to_string(f.what));
        CHECK(w.counts().mishaps != 0);
        w.on_step({});
        w.run([&]() -> awaitable<void> { co_await store->put("k", payload("afterwards")); });
        CHECK(http::pool::of(w.context().get_executor()).count().idle == w.counts().connections);
    }
}

TEST_CASE("world: names lead elsewhere, and nowhere") {
    world w(1);
    world_s3 s3 = w.serve_s3("moving.test");
    w.readdress("moving.test", 3);  // two that refuse, and one that answers
    auto const store = make_s3_store(s3.settings());
    w.run([&]() -> awaitable<void> { co_await store->put("k", payload("x")); });
    CHECK(w.counts().dials >= 1);
    w.forget("moving.test");
    w.pass(std::chrono::minutes(1));  // kept connections have been closed
    CHECK(reason_of(w, [&]() -> awaitable<void> { co_await store->head("k"); }) == errc::unreachable);
}

TEST_CASE("world: the context goes in the middle of things") {
    for (std::uint64_t at = 0; at < 12; ++at) {
        world w(1);
        auto const store = make_s3_store(w.serve_s3().settings());
        w.on_step([&](world_step const& s) { return s.number == at ? mishap::destroy : mishap::none; });
        CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", payload("x")); }) == world::ending::destroyed);
        CHECK_THROWS_AS(w.run([]() -> awaitable<void> { co_return; }), std::logic_error);
    }
}

TEST_CASE("world: a program that can never go on is said to") {
    async::event never_told;
    std::mutex mutex;
    world w(5);
    w.expect_failure();
    CHECK_THROWS_WITH_AS(w.run([&]() -> awaitable<void> {
        std::unique_lock lock(mutex);
        co_await never_told.wait(lock);
    }),
                         "world of seed 5: nothing is left that could ever go on, and the program has not ended", std::logic_error);
}

TEST_CASE("world: a server of your own answers as it is told, in the world's time") {
    world w(1);
    w.serve("odd.test:8080", [](received_request const& request) {
        scripted_reply reply = scripted_reply::ok("abcdef", {{"ETag", "\"e\""}});
        std::string const all = reply.pieces.front();
        reply.pieces = {all.substr(0, all.size() - 3), all.substr(all.size() - 3)};
        reply.pause = 20s;
        CHECK(request.target == "/bucket/k");
        return reply;
    });
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = "http://odd.test:8080";
    auto const store = make_s3_store(settings);
    w.run([&]() -> awaitable<void> {
        std::vector<std::byte> into(6);
        read_result const got = co_await store->read("k", byte_range::whole(), into);
        CHECK(got.range.length == 6);
    });
    CHECK(w.elapsed() >= 20s);
}

TEST_CASE("world: the times that are waited for are counted, and after an operation there is none") {
    world w(3);
    world_s3 const s3 = w.serve_s3();
    auto const store = make_s3_store(s3.settings());
    async::clock& clock = async::clock::of(w.context().get_executor());
    std::uint64_t most = 0;
    w.on_step([&](world_step const&) {
        most = std::max(most, w.counts().alarms);
        return mishap::none;
    });
    w.run([&] { return round_trip(store, pattern(100'000)); });
    CHECK(most > 0);
    CHECK(w.counts().alarms == 0);

    quiet_alarm left(clock);
    left.set(clock.now() + 1h);
    CHECK(w.counts().alarms == 1);
    left.set(async::never);  // stays in the clock's heap, and rings no more
    CHECK(w.counts().alarms == 0);
    left.set(clock.now() + 2h);
    CHECK(w.counts().alarms == 1);
    CHECK(w.settle());
    CHECK(w.counts().alarms == 0);
}

TEST_CASE("world: the service's clock is the world's") {
    world w(1);
    s3_server_options options;
    options.clock_offset = 3h;  // beyond what a signature may be off: learned from the refusal
    world_s3 const s3 = w.serve_s3("s3.test", options);
    auto const store = make_s3_store(s3.settings());
    w.run([&]() -> awaitable<void> {
        co_await store->put("k", payload("x"));
        object_meta const meta = co_await store->head("k");
        REQUIRE(meta.last_modified);
        CHECK(*meta.last_modified >= wall_time(1'700'000'000s + 3h));
        CHECK(*meta.last_modified < wall_time(1'700'000'000s + 3h + 5min));
    });
    CHECK(s3.counts().puts == 2);
}
