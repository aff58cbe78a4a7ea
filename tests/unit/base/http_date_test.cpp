#include "base/http_date.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using std::chrono::system_clock;

namespace {

system_clock::time_point at(long long seconds, long long milliseconds = 0) {
    return system_clock::time_point(std::chrono::milliseconds(seconds * 1000 + milliseconds));
}

}  // namespace

TEST_CASE("the three forms of an HTTP date") {
    CHECK(base::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at(784111777));
    CHECK(base::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == at(784111777));
    CHECK(base::parse_http_date("Sun Nov  6 08:49:37 1994") == at(784111777));
    CHECK(base::parse_http_date("Thu Feb 29 23:59:60 2024") == at(1709251200));
    CHECK(base::parse_http_date("Friday, 31-Jan-69 00:00:00 GMT") == at(3126816000));
    CHECK(base::parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == at(0));
}

TEST_CASE("no HTTP date") {
    for (char const* text :
         {"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
          "Sun, 31 Feb 2024 08:49:37 GMT", "Sun, 00 Feb 2024 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
          "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 nov 1994 08:49:37 gmt",
          "Sun, -6 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 0001 08:49:37 GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(base::parse_http_date(text).has_value());
    }
}

TEST_CASE("HTTP dates are written and read back, whatever the day") {
    CHECK(base::format_http_date(at(784111777, 999)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(base::format_http_date(at(-1)) == "Wed, 31 Dec 1969 23:59:59 GMT");
    for (long long second = -5'000'000'000; second < 9'000'000'000; second += 86'400'017 / 7)
        REQUIRE(base::parse_http_date(base::format_http_date(at(second))) == at(second));
}

TEST_CASE("ISO 8601 as object stores write it") {
    CHECK(base::parse_iso8601("2026-01-02T03:04:05.000Z") == at(1767323045));
    CHECK(base::parse_iso8601("2026-01-02T03:04:05Z") == at(1767323045));
    CHECK(base::parse_iso8601("2026-01-02T03:04:05.25Z") == at(1767323045, 250));
    CHECK(base::parse_iso8601("2026-01-02T03:04:05.123456789123Z") == at(1767323045) + std::chrono::nanoseconds(123456789));
    CHECK(base::parse_iso8601("2026-01-02T05:04:05.000+02:00") == at(1767323045));
    CHECK(base::parse_iso8601("2026-01-01T23:34:05-03:30") == at(1767323045));
    CHECK(base::format_iso8601(at(1767323045, 7)) == "2026-01-02T03:04:05.007Z");
    CHECK(base::format_iso8601(at(-1, 999)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("no ISO 8601") {
    for (char const* text :
         {"", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z",
          "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1xZ", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05+0100", "9999-12-31T00:00:00Z",
          "0000-00-00T00:00:00Z", "2026-01-02T25:04:05Z", "2026-01-02T03:04:05.5"}) {
        CAPTURE(text);
        CHECK_FALSE(base::parse_iso8601(text).has_value());
    }
}
