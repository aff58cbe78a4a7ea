#include "http/drain_state.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

async::time_point const zero = async::time_point(1000h);

struct ended {
    std::chrono::nanoseconds after{0};
    bool draining = false;
};

/// Asks as often as it wants, with what is `left` then. Gives up after a day.
ended run(http::drain_state s, std::function<std::uint64_t(std::chrono::nanoseconds)> left) {
    ended e;
    async::time_point now = zero, next = s.begin(now);
    while (next > now && next < zero + 24h) {
        now = next;
        next = s.asked(now, left(now - zero));
    }
    e.after = next > now ? 24h : now - zero;
    e.draining = s.draining();
    return e;
}

/// A line that delivers `speed` bytes a second of `all`.
std::function<std::uint64_t(std::chrono::nanoseconds)> line(std::uint64_t all, std::uint64_t speed) {
    return [=](std::chrono::nanoseconds at) {
        std::uint64_t const gone = speed * static_cast<std::uint64_t>(at / 1s);
        return all - std::min(all, gone);
    };
}

http::drain_state usual() { return {16s, 30s, 300}; }

}  // namespace

TEST_CASE("drain: nothing left, and the first byte's limit is what it says") {
    ended const e = run(usual(), [](auto) { return 0; });
    CHECK(e.after == 16s);
    CHECK_FALSE(e.draining);
}

TEST_CASE("drain: the first byte's time begins when all is delivered, within a sixteenth of it") {
    for (std::uint64_t const seconds : {1u, 2u, 7u, 15u, 16u, 17u, 100u, 1000u}) {
        CAPTURE(seconds);
        ended const e = run(usual(), line(1000 * seconds, 1000));
        CHECK(e.after >= std::chrono::seconds(seconds) + 15s);
        CHECK(e.after <= std::chrono::seconds(seconds) + 17s);
        CHECK_FALSE(e.draining);
    }
}

TEST_CASE("drain: as long as something is left, the rule against stalls holds") {
    ended const dead = run(usual(), [](auto) { return 5000; });
    CHECK(dead.draining);
    CHECK(dead.after == 31s);  // the window begins with the first question
    ended const slow = run(usual(), line(100'000, 9));
    CHECK(slow.draining);
    CHECK(slow.after == 31s);
    CHECK_FALSE(run(usual(), line(100'000, 11)).draining);
    ended const stops = run(usual(), [](auto at) { return at < 100s ? 100'000 - 100 * static_cast<std::uint64_t>(at / 1s) : 90'000; });
    CHECK(stops.draining);
    CHECK(stops.after > 120s);
    CHECK(stops.after < 140s);
}

TEST_CASE("drain: the last few bytes are progress when they are gone") {
    ended const e = run(usual(), [](auto at) { return at < 25s ? 10 : 0; });
    CHECK_FALSE(e.draining);
    CHECK(e.after == 41s);
}

TEST_CASE("drain: without a limit on stalls a peer that has gone is noticed all the same") {
    ended const e = run({16s, 0s, 300}, [](auto) { return 5000; });
    CHECK(e.draining);
    CHECK(e.after == 17s);
    CHECK_FALSE(run({16s, 0s, 300}, line(1000, 1)).draining);  // any progress will do
    CHECK_FALSE(run({16s, 30s, 0}, line(1000, 1)).draining);
}

TEST_CASE("drain: no limit, no question") {
    http::drain_state s(0s, 30s, 300);
    CHECK(s.begin(zero) == async::never);
}
