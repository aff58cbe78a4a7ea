#include "backend/s3/presigned_url.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

std::string const query =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=canary%2F20260102%2Fr%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires="
    "60"
    "&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature=canary";

}  // namespace

TEST_CASE("presigned URL: taken apart, and kept byte for byte") {
    presigned_url const url = parse_presigned("https://b.example:8443/a%20b/%3F+%25?x=a/b%2fc&" + query).value();
    CHECK(url.endpoint == "https://b.example:8443");
    CHECK(url.target == "/a%20b/%3F+%25?x=a/b%2fc&" + query);
    CHECK(url.key == "a b/?+%");
    CHECK(url.path() == "/a%20b/%3F+%25");
    CHECK(url.signature == "canary");
    CHECK(url.signed_headers == std::vector<std::string>{"content-type", "host", "x-amz-meta-a"});
    REQUIRE(url.good_until);
    CHECK(*url.good_until == wall_time(std::chrono::seconds(1767323045 + 60)));

    presigned_url const google = parse_presigned(
                                     "HTTPS://storage.example/b/k?X-Goog-Date=20260102T030405Z&X-Goog-Expires=1&"
                                     "X-Goog-SignedHeaders=host&X-Goog-Signature=ab")
                                     .value();
    CHECK(google.key == "b/k");
    CHECK(google.signature == "ab");
    CHECK(google.good_until.has_value());
    CHECK_FALSE(parse_presigned("http://h/k?X-Amz-Signature=s&X-Amz-Date=today&X-Amz-Expires=1")->good_until);
}

TEST_CASE("presigned URL: what cannot be one is refused, and none of it is told") {
    for (std::string const& text :
         {std::string("https://canary/k"), std::string("https://canary/k?X-Amz-Signature="), std::string("https://canary/k?sig=canary"),
          std::string("https://canary/k?Y-X-Amz-Signature=canary"), "https://h?" + query, "https://h/?" + query, "https://h?a=/k&" + query,
          "https://user:canary@h/k?" + query, "https://h:canary/k?" + query, "https:///k?" + query, "https://h/k?" + query + "#canary",
          "https://h/k canary?" + query, "https://h/k?" + query + "\r\ncanary", "https://h/k\u00e9?" + query, "https://h/%zz?" + query,
          "https://h/a%00b?" + query, "http://[::1/k?" + query}) {
        auto const r = parse_presigned(text);
        REQUIRE_MESSAGE(r.has_error(), text);
        CHECK(r.error().reason() == errc::invalid_argument);
        CHECK_MESSAGE(r.error().info().detail.find("canary") == std::string::npos, text);
    }
    CHECK(is_web_url("HTTP://x"));
    CHECK(is_web_url("https://"));
    for (char const* other : {"", "http:/x", "s3://b/https://x", "httpss://x"}) CHECK_FALSE(is_web_url(other));
}

TEST_CASE("presigned URL: headers that had to be signed, and those that were") {
    presigned_url const url = parse_presigned("https://h/k?" + query).value();
    recipe r;
    auto const refused = [&] {
        auto const done = check_signed(url, r);
        if (done) return std::string();
        CHECK(done.error().reason() == errc::unsupported);
        return done.error().info().detail;
    };
    CHECK(refused().find("content-type") != std::string::npos);
    r.headers.add("Content-Type", "text/plain");
    CHECK(refused().find("x-amz-meta-a") != std::string::npos);
    r.headers.add("X-Amz-Meta-A", "1");
    CHECK(refused().empty());
    r.range = "bytes=0-1";  // neither has to be
    r.headers.add("Cache-Control", "no-store");
    CHECK(refused().empty());
    r.headers.add("x-amz-meta-b", "1");
    CHECK(refused().find("x-amz-meta-b") != std::string::npos);
    presigned_url const google = parse_presigned("https://h/k?X-Goog-SignedHeaders=host%3Brange&X-Goog-Signature=s").value();
    recipe read;
    CHECK(check_signed(google, read).has_error());
    read.range = "bytes=0-1";
    CHECK(check_signed(google, read).has_value());
    read.headers.add("x-goog-hash", "1");
    CHECK(check_signed(google, read).has_error());
}

TEST_CASE("presigned URL: what a service repeats of the query is taken out") {
    presigned_url const url = parse_presigned("https://h/k?X-Amz-Credential=AKIA&X-Amz-Signature=51617").value();
    CHECK(without_query(url, "no such key") == "no such key");
    CHECK(without_query(url, "you signed 51617").empty());
    CHECK(without_query(url, "bad X-Amz-Credential=AKIA here") == "bad X-Amz-Credential=REDACTED here");
}
