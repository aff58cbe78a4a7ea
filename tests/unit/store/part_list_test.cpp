#include "store/part_list.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

using namespace sluice;

TEST_CASE("parts are an object when each begins where the one before it ends") {
    struct part {
        std::uint32_t number;
        std::uint64_t offset, size;
    };
    struct row {
        std::string_view what;
        std::vector<part> written;
        std::optional<std::uint64_t> whole;  // nothing: refused
    };
    constexpr std::uint64_t gib = 1ull << 30;
    row const rows[] = {
        {"none", {}, 0},
        {"one", {{1, 0, 10}}, 10},
        {"one that is not number 1", {{7, 0, 10}}, 10},
        {"out of order", {{3, 20, 5}, {1, 0, 10}, {2, 10, 10}}, 25},
        {"numbers with holes", {{10, 10, 1}, {2, 0, 10}}, 11},
        {"an empty one in between", {{1, 0, 4}, {2, 4, 0}, {3, 4, 4}}, 8},
        {"of 5 GiB each", {{1, 0, 5 * gib}, {2, 5 * gib, 5 * gib}, {3, 10 * gib, 1}}, 10 * gib + 1},
        {"a gap of exactly 4 GiB", {{1, 0, 10}, {2, 10 + 4 * gib, 10}}, std::nullopt},
        {"written again", {{1, 0, 10}, {1, 0, 12}}, 12},
        {"written again elsewhere", {{1, 0, 10}, {2, 10, 5}, {2, 11, 5}}, std::nullopt},
        {"nothing at the front", {{1, 1, 10}}, std::nullopt},
        {"a gap", {{1, 0, 10}, {2, 11, 10}}, std::nullopt},
        {"an overlap", {{1, 0, 10}, {2, 9, 10}}, std::nullopt},
        {"numbers against the order of the offsets", {{2, 0, 10}, {1, 10, 10}}, std::nullopt},
    };
    for (row const& r : rows) {
        store::part_list list(100);
        for (part const& p : r.written) list.add({p.number, p.offset}, p.size);
        result<std::uint64_t> const whole = list.whole();
        CHECK_MESSAGE(whole.has_value() == r.whole.has_value(), r.what);
        if (whole && r.whole) CHECK_MESSAGE(*whole == *r.whole, r.what);
        if (!whole) CHECK_MESSAGE(whole.error().reason() == errc::invalid_argument, r.what);
    }
}

TEST_CASE("a part that is about to be written over counts as not written") {
    store::part_list list(10);
    list.add({1, 0}, 10);
    list.add({2, 10}, 10);
    list.drop(2);
    result<std::uint64_t> const rest = list.whole();
    CHECK((rest && *rest == 10));
    list.drop(1);
    list.drop(3);
    CHECK(list.parts().empty());
}

TEST_CASE("a part number or an end that no object can have is refused before it is sent") {
    store::part_list const list(10'000);
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(list.check({1, 0}, 0).has_value());
    CHECK(list.check({10'000, most - 1}, 1).has_value());
    CHECK_FALSE(list.check({0, 0}, 1).has_value());
    CHECK_FALSE(list.check({10'001, 0}, 1).has_value());
    CHECK_FALSE(list.check({1, most}, 1).has_value());
    CHECK_FALSE(list.check({1, std::numeric_limits<std::uint64_t>::max()}, std::numeric_limits<std::uint64_t>::max()).has_value());
}

TEST_CASE("a write spoils the part of its number and those it runs into") {
    store::part_list list(10);
    list.add({1, 0}, 10);
    list.add({2, 10}, 0);
    list.add({3, 10}, 10);
    list.add({5, 20}, 10);
    using numbers = std::vector<std::uint32_t>;
    struct row {
        std::uint32_t number;
        std::uint64_t offset, size;
        numbers spoilt;
    };
    row const rows[] = {
        {1, 0, 10, {1}},    {1, 0, 11, {1, 3}}, {3, 9, 3, {3, 1}}, {3, 10, 0, {3}},   {4, 20, 0, {}},     {4, 19, 1, {3}},
        {4, 19, 2, {5, 3}}, {5, 30, 1, {5}},    {6, 30, 10, {}},   {6, 29, 100, {5}}, {9, 15, 9, {5, 3}}, {9, 0, 1, {1}},
    };
    for (row const& r : rows) CHECK_MESSAGE(list.spoilt_by({r.number, r.offset}, r.size) == r.spoilt, r.number << " at " << r.offset);
    CHECK(store::part_list(10).spoilt_by({1, 0}, 10).empty());
}
