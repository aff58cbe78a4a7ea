#include "base/percent.hpp"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("only unreserved characters travel as they are") {
    CHECK(base::percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(base::percent_encode("a/b c+d=e&f") == "a%2Fb%20c%2Bd%3De%26f");
    CHECK(base::percent_encode("a/b c", true) == "a/b%20c");
    CHECK(base::percent_encode("\xc3\xa9\x01\x7f") == "%C3%A9%01%7F");
    CHECK(base::percent_encode(std::string_view("a\0b", 3)) == "a%00b");
    CHECK(base::percent_encode("%") == "%25");
    CHECK(base::percent_encode("").empty());

    std::string url = "/bucket/";
    base::percent_encode(url, "x y/z", true);
    CHECK(url == "/bucket/x%20y/z");
}

TEST_CASE("every byte survives encoding and decoding") {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    CHECK(base::percent_decode(base::percent_encode(all)) == all);
    CHECK(base::percent_decode(base::percent_encode(all, true)) == all);
}

TEST_CASE("decoding accepts both letter cases, leaves a plus alone and refuses broken escapes") {
    CHECK(base::percent_decode("a%2fb%2Fc+d") == "a/b/c+d");
    CHECK(base::percent_decode("%2525") == "%25");
    for (char const* broken : {"%", "a%2", "%g0", "%0g", "%%20", "% 1"}) CHECK_FALSE(base::percent_decode(broken).has_value());
}
