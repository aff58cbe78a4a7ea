#include "auth/key_schedule.hpp"

#include <doctest/doctest.h>

using namespace sluice::auth;
using namespace std::chrono_literals;

namespace {

key_schedule::time const start{std::chrono::seconds(1'700'000'000)};

}  // namespace

TEST_CASE("keys are fetched at first, and never again when they do not expire") {
    key_schedule schedule;
    CHECK(schedule.need(start) == key_need::now);
    schedule.fetched(std::nullopt, start, 0.5);
    CHECK(schedule.need(start + 24h * 10'000) == key_need::none);
    schedule.rejected();
    CHECK(schedule.need(start) == key_need::now);
}

TEST_CASE("keys that expire are asked for again five to ten minutes before; without them nobody goes on in the last seconds") {
    for (double const chance : {0.0, 0.5, 0.999}) {
        key_schedule schedule;
        schedule.fetched(start + 1h, start, chance);
        CHECK(schedule.need(start + 49min) == key_need::none);
        CHECK((schedule.need(start + 52min) == key_need::soon) == (chance > 0.7));
        CHECK(schedule.need(start + 55min) == key_need::soon);
        CHECK(schedule.need(start + 1h - 11s) == key_need::soon);
        CHECK(schedule.need(start + 1h - 10s) == key_need::now);
        CHECK(schedule.need(start + 2h) == key_need::now);
    }
}

TEST_CASE("keys that last a few minutes only are asked for again halfway") {
    key_schedule schedule;
    schedule.fetched(start + 4min, start, 0);
    CHECK(schedule.need(start + 119s) == key_need::none);
    CHECK(schedule.need(start + 2min) == key_need::soon);
}

TEST_CASE("a refresh that failed is tried again in a minute or two, not at every request") {
    key_schedule schedule;
    schedule.fetched(start + 1h, start, 0);
    schedule.failed(start + 55min, 0.5);
    CHECK(schedule.need(start + 56min) == key_need::none);
    CHECK(schedule.need(start + 56min + 30s) == key_need::soon);
    CHECK(schedule.need(start + 1h) == key_need::now);
}

TEST_CASE("keys that have ended when they come are tried for a minute, and not asked for again at once") {
    for (auto const late : {-1h, 0h}) {
        key_schedule schedule;
        schedule.fetched(start + late, start, 0.5);
        CHECK(schedule.need(start) == key_need::none);
        CHECK(schedule.need(start + 40s) == key_need::soon);
        CHECK(schedule.need(start + 60s) == key_need::now);
    }
    key_schedule schedule;
    schedule.fetched(start + 10s, start, 0.5);
    CHECK(schedule.need(start) == key_need::none);
    schedule.fetched(start + 12s, start, 0.5);
    CHECK(schedule.need(start) == key_need::none);
    CHECK(schedule.need(start + 2s) == key_need::now);
}
