#include "text/json.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>

using namespace sluice::cli;
using namespace std::string_view_literals;

TEST_CASE("json: strings") {
    struct row {
        std::string_view text, json;
    };
    static constexpr row rows[] = {
        {"", R"("")"},
        {"plain", R"("plain")"},
        {"a\"b\\c/", R"("a\"b\\c/")"},
        {"\n\t\r\b", R"("\n\t\u000d\u0008")"},
        {"\0\x1f\x7f"sv, R"("\u0000\u001f\u007f")"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"a\xff"
         "b",
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\xc3", "\"\xef\xbf\xbd\""},                                                  // cut in the middle
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                                  // overlong
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},                  // a surrogate
        {"\xf5\x80\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},  // above U+10FFFF
    };
    for (row const& r : rows) CHECK(json_string(r.text) == r.json);
}

TEST_CASE("json: numbers") {
    CHECK(json_number(0) == "0");
    CHECK(json_number(1.5) == "1.5");
    CHECK(json_number(-0.1) == "-0.1");
    CHECK(json_number(std::numeric_limits<double>::infinity()) == "null");
    CHECK(json_number(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("json: objects keep the order of their fields") {
    json_object inner;
    inner.add("p50", 1.25);
    json_object object;
    object.add("key", "a\"b").add("size", std::uint64_t{18446744073709551615ull}).add("n", -1).add("ok", true).add("latency", inner);
    CHECK(object.text() == R"({"key": "a\"b", "size": 18446744073709551615, "n": -1, "ok": true, "latency": {"p50": 1.25}})");
    CHECK(json_object().text() == "{}");
}
