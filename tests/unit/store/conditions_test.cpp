#include "store/conditions.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("read conditions follow RFC 9110's order of precedence") {
    wall_time const modified = wall_time(1'000'000s) + 400ms;
    wall_time const before = wall_time(999'999s), same = wall_time(1'000'000s), after = wall_time(1'000'001s);
    using maybe = std::optional<wall_time>;
    using verdict = std::optional<errc>;
    struct row {
        std::string_view if_match, if_none_match;
        maybe modified_since, unmodified_since;
        verdict expected;
    };
    row const rows[] = {
        {"", "", {}, {}, {}},
        {"\"e\"", "", {}, {}, {}},
        {"e", "", {}, {}, {}},
        {"*", "", {}, {}, {}},
        {"\"x\"", "", {}, {}, errc::precondition_failed},
        {"W/\"e\"", "", {}, {}, errc::precondition_failed},
        {"", "\"e\"", {}, {}, errc::not_modified},
        {"", "*", {}, {}, errc::not_modified},
        {"", "\"x\"", {}, {}, {}},
        {"", "", before, {}, {}},
        {"", "", same, {}, errc::not_modified},  // HTTP dates have no fraction
        {"", "", after, {}, errc::not_modified},
        {"", "", {}, before, errc::precondition_failed},
        {"", "", {}, same, {}},
        {"", "", {}, after, {}},
        {"\"e\"", "", {}, before, {}},  // If-Match holds: the date does not count
        {"", "\"x\"", after, {}, {}},   // If-None-Match holds: the date does not count
        {"\"e\"", "\"e\"", {}, {}, errc::not_modified},
    };
    for (row const& r : rows) {
        CAPTURE(&r - rows);
        store::read_conditions c;
        c.if_match = r.if_match;
        c.if_none_match = r.if_none_match;
        c.if_modified_since = r.modified_since;
        c.if_unmodified_since = r.unmodified_since;
        CHECK(c.violated_by("\"e\"", modified) == r.expected);
    }
}

TEST_CASE("only a strong, present ETag pins a version") {
    CHECK(store::strong_etag("\"abc-3\""));
    CHECK(store::strong_etag("abc"));
    CHECK_FALSE(store::strong_etag(""));
    CHECK_FALSE(store::strong_etag("\"\""));
    CHECK_FALSE(store::strong_etag("W/\"abc\""));
}
