#include "http/fields.hpp"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("fields keep their order and are found in any letter case, the first of a name first") {
    http::fields f;
    CHECK(f.size() == 0);
    CHECK_FALSE(f.find("host").has_value());
    f.add("Host", "a:1");
    f.add("x-a", "");
    f.add("X-A", "two");
    REQUIRE(f.size() == 3);
    CHECK(f[0].name == "Host");
    CHECK(f[2].value == "two");
    CHECK(f.find("hOST") == "a:1");
    CHECK(f.find("X-a") == "");
    CHECK(f.value_or("x-b", "none") == "none");
    CHECK_FALSE(f.find("hos").has_value());
    f.clear();
    CHECK(f.size() == 0);
    CHECK_FALSE(f.find("host").has_value());
    f.add("b", "2");
    CHECK(f[0].value == "2");
}

TEST_CASE("letter case is ignored for ASCII letters alone") {
    CHECK(http::equal_ignoring_case("aZ-09", "Az-09"));
    CHECK_FALSE(http::equal_ignoring_case("a", "ab"));
    CHECK_FALSE(http::equal_ignoring_case("@[", "`{"));
    CHECK_FALSE(http::equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}
