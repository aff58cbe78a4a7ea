#include "transfer/range_plan.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace sluice::transfer;

TEST_CASE("a part plan cuts in order, and evens out a tiny tail") {
    struct row {
        std::uint64_t offset, length, part_size;
        std::vector<range_part> parts;
    };
    row const rows[] = {
        {0, 0, 8, {}},
        {0, 8, 8, {{0, 8}}},
        {5, 7, 8, {{5, 7}}},
        {0, 16, 8, {{0, 8}, {8, 8}}},
        {0, 20, 8, {{0, 8}, {8, 8}, {16, 4}}},  // a tail of half a part stays
        {0, 17, 8, {{0, 6}, {6, 6}, {12, 5}}},  // a tail of one byte does not
    };
    for (row const& r : rows) {
        CAPTURE(r.length);
        part_plan const plan(r.offset, r.length, r.part_size);
        std::vector<range_part> parts;
        for (std::uint64_t i = 0; i < plan.size(); ++i) parts.push_back(plan[i]);
        CHECK(parts == r.parts);
    }
}

TEST_CASE("a part plan covers every byte once, whatever the sizes") {
    std::mt19937_64 random{42};
    for (int i = 0; i < 20'000; ++i) {
        std::uint64_t const length = random() % 5'000, part_size = 1 + random() % 700, offset = random() % 1'000;
        part_plan const plan(offset, length, part_size);
        std::uint64_t next = 0;
        for (std::uint64_t n = 0; n < plan.size(); ++n) {
            REQUIRE(plan[n].offset == offset + next);
            REQUIRE(plan[n].length >= 1);
            REQUIRE(plan[n].length <= part_size);
            next += plan[n].length;
        }
        REQUIRE(next == length);
    }
}

TEST_CASE("a tail is evened out only where that leaves none tiny (found by the fuzzer part_plan)") {
    part_plan const many(0, 415, 9);  // 47 parts: a byte less of each would be more than there is
    CHECK(many.size() == 47);
    CHECK(many[0] == range_part{0, 9});
    CHECK(many[46] == range_part{414, 1});
    for (std::uint64_t part_size = 1; part_size < 40; ++part_size)
        for (std::uint64_t length = 1; length < 900; ++length) {
            part_plan const plan(0, length, part_size);
            REQUIRE(plan.size() == length / part_size + (length % part_size != 0));
            bool const few = plan.size() > 1 && plan.size() <= part_size / 2;
            if (few) REQUIRE(plan[plan.size() - 1].length >= part_size / 4);
        }
}

TEST_CASE("fitting_part: a part for every worker, within its bounds") {
    struct row {
        std::uint64_t length, least, most;
        std::size_t workers;
        std::uint64_t size;
    };
    row const rows[] = {
        {1, 2, 8, 15, 2},   // no less than the least
        {30, 2, 8, 15, 2},  // just enough for each of them
        {31, 2, 8, 15, 3},  // rounded up: no part more than there are workers
        {45, 2, 8, 15, 3},   {46, 2, 8, 15, 4},  {120, 2, 8, 15, 8},
        {121, 2, 8, 15, 8},                       // no more than the most
        {5000, 2, 8, 15, 8}, {100, 8, 8, 15, 8},  // a caller's own part size
        {100, 9, 8, 15, 8},                       // the most wins
        {0, 2, 8, 15, 2},    {7, 1, 100, 1, 7},  {UINT64_MAX, 1, UINT64_MAX, 2, UINT64_MAX / 2 + 1},
    };
    for (row const& r : rows) CHECK_MESSAGE(fitting_part(r.length, r.least, r.most, r.workers) == r.size, r.length, ' ', r.workers);
    for (std::uint64_t length = 1; length < 300; ++length)
        for (std::size_t workers = 1; workers < 20; ++workers) {
            part_plan const plan(0, length, fitting_part(length, 1, length, workers));
            REQUIRE(plan.size() <= workers);
        }
}

TEST_CASE("merge_ranges serves every wanted byte, with no two requests closer than the gap") {
    std::mt19937_64 random{43};
    for (int i = 0; i < 5'000; ++i) {
        std::vector<wanted_range> wanted(random() % 12);
        for (auto& w : wanted) w = {random() % 300, random() % 40, 0};
        std::uint64_t const gap = random() % 20;

        auto const merged = merge_ranges(wanted, gap);
        std::vector<int> served(wanted.size(), 0);
        for (std::size_t m = 0; m < merged.size(); ++m) {
            if (m > 0) REQUIRE(merged[m].offset > merged[m - 1].offset + merged[m - 1].length + gap);
            for (std::size_t const w : merged[m].serves) {
                ++served[w];
                REQUIRE(wanted[w].offset >= merged[m].offset);
                REQUIRE(wanted[w].offset + wanted[w].length <= merged[m].offset + merged[m].length);
            }
        }
        for (std::size_t w = 0; w < wanted.size(); ++w) REQUIRE(served[w] == (wanted[w].length != 0));
    }
}
