#include "http/request_head.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace std::literals;

namespace {

http::request to(std::string_view method, std::string target) {
    http::request r;
    r.method = method;
    r.target = std::move(target);
    r.headers.add("Host", "h:1");
    return r;
}

std::string formatted(http::request const& r) {
    std::string text;
    std::optional<failure> const refused = http::format_head(r, text);
    return refused ? refused->info().detail : text;
}

bool refused(http::request const& r) {
    std::string text;
    std::optional<failure> const why = http::format_head(r, text);
    if (why) CHECK(why->reason() == errc::invalid_argument);
    return why.has_value();
}

}  // namespace

TEST_CASE("a head is the line, the fields in order, and an empty line") {
    http::request r = to("GET", "/a%20b?c=d");
    r.headers.add("X-Empty", "");
    CHECK(formatted(r) == "GET /a%20b?c=d HTTP/1.1\r\nHost: h:1\r\nX-Empty: \r\n\r\n");
}

TEST_CASE("Content-Length comes from the body; PUT and POST always say it") {
    CHECK(formatted(to("PUT", "/")) == "PUT / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n");
    CHECK(formatted(to("POST", "/")) == "POST / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n");
    CHECK(formatted(to("DELETE", "/")) == "DELETE / HTTP/1.1\r\nHost: h:1\r\n\r\n");
    http::request r = to("DELETE", "/");
    r.body = payload("abc");
    CHECK(formatted(r) == "DELETE / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\n");
    r.headers.add("content-length", "3");
    CHECK(refused(r));
}

TEST_CASE("nothing that could be read as another request gets through") {
    for (std::string const& bad : {"/a\r\nX: y"s, "/a b"s, "/a\0b"s, "/a\nb"s, "/a\rb"s, ""s, "/a\x7f"s, "/a\tb"s}) {
        CAPTURE(bad);
        CHECK(refused(to("GET", bad)));
    }
    for (std::string_view const bad : {"GE T", "", "GET\r\n", "G\x01T"}) {
        CAPTURE(bad);
        CHECK(refused(to(bad, "/")));
    }
    for (std::string_view const bad : {"a b", "a:", "", "a\r\n", "a\x01", "\xc3\xa9"}) {
        CAPTURE(bad);
        http::request r = to("GET", "/");
        r.headers.add(bad, "v");
        CHECK(refused(r));
    }
    for (std::string_view const bad : {"a\rb", "a\nb", "a\r\nX: y", "\n"}) {
        CAPTURE(bad);
        http::request r = to("GET", "/");
        r.headers.add("X-Amz-Meta-A", bad);
        CHECK(refused(r));
    }
    http::request with_nul = to("GET", "/");
    with_nul.headers.add("X", "a\0b"sv);
    CHECK(refused(with_nul));
    http::request r = to("GET", "/");
    r.headers.add("Transfer-Encoding", "chunked");
    CHECK(refused(r));
}

TEST_CASE("other bytes in values pass as they are") {
    http::request r = to("GET", "/\xc3\xa9");
    r.headers.add("X", "a\tb \xff\x01");
    CHECK(formatted(r) == "GET /\xc3\xa9 HTTP/1.1\r\nHost: h:1\r\nX: a\tb \xff\x01\r\n\r\n");
}

TEST_CASE("a refusal does not show the value: it may be a secret") {
    http::request r = to("GET", "/");
    r.headers.add("Authorization", "canary\n");
    std::string text;
    std::optional<failure> const why = http::format_head(r, text);
    REQUIRE(why);
    CHECK(why->info().detail.find("canary") == std::string::npos);
    CHECK(why->info().detail.find("Authorization") != std::string::npos);
    CHECK_FALSE(why->sent());
}

TEST_CASE("for a proxy that forwards: the target is the whole URL, by Host") {
    net::proxy by;
    std::string text;
    REQUIRE_FALSE(http::format_head(to("GET", "/a?b"), text, &by));
    CHECK(text == "GET http://h:1/a?b HTTP/1.1\r\nHost: h:1\r\n\r\n");
    by.authorization = "Basic x";
    text.clear();
    REQUIRE_FALSE(http::format_head(to("HEAD", "/"), text, &by));
    CHECK(text == "HEAD http://h:1/ HTTP/1.1\r\nProxy-Authorization: Basic x\r\nHost: h:1\r\n\r\n");
    for (std::string_view const bad : {"", "a b", "a\r\nX: y"}) {
        http::request r;
        r.target = "/";
        r.headers.add("Host", bad);
        CHECK(http::format_head(r, text, &by));
    }
}

TEST_CASE("a head asks whether to continue only where that is wanted, and by no field of the caller's") {
    http::request r = to("PUT", "/k");
    r.body = payload("body");
    std::string asking, plain;
    REQUIRE_FALSE(http::format_head(r, asking, nullptr, true));
    REQUIRE_FALSE(http::format_head(r, plain));
    CHECK(asking == "PUT /k HTTP/1.1\r\nHost: h:1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(plain == "PUT /k HTTP/1.1\r\nHost: h:1\r\nContent-Length: 4\r\n\r\n");
    for (char const* name : {"Expect", "expect"}) {
        http::request own = r;
        own.headers.add(name, "100-continue");
        CHECK(refused(own));
    }
}
