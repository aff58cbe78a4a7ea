#include "text/bench_plan.hpp"

#include <doctest/doctest.h>

#include <vector>

using sluice::cli::bench_plan;
using job = bench_plan::job;

TEST_CASE("bench plan: every range of every object, pass after pass") {
    bench_plan const plan({10, 0, 8}, 4, 2);
    std::vector<job> const pass{{0, 0, 4}, {0, 4, 4}, {0, 8, 2}, {1, 0, 0}, {2, 0, 4}, {2, 4, 4}};
    CHECK(plan.jobs_of_one_pass() == pass.size());
    REQUIRE(plan.jobs() == 2 * pass.size());
    for (std::size_t i = 0; i < plan.jobs(); ++i) CHECK(plan.at(i) == pass[i % pass.size()]);
    CHECK(plan.first_of(0) == 0);
    CHECK(plan.first_of(1) == 3);
    CHECK(plan.first_of(3) == 6);
    CHECK(plan.bytes() == 36);
    CHECK(plan.largest() == 10);
}

TEST_CASE("bench plan: one request an object") {
    bench_plan const plan({10, 0}, 0, 3);
    CHECK(plan.jobs() == 6);
    CHECK(plan.at(4) == job{0, 0, 10});
    CHECK(plan.at(5) == job{1, 0, 0});
}
