#include "cloud/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;

namespace {

struct row {
    std::string_view url;
    bool tls;
    std::string_view host;
    int port;
    std::string_view path;
    std::string_view authority;
};

}  // namespace

TEST_CASE("endpoint: taken apart") {
    for (row const& r : {row{"http://127.0.0.1:9000", false, "127.0.0.1", 9000, "", "127.0.0.1:9000"},
                         row{"https://example.com", true, "example.com", 443, "", "example.com"},
                         row{"HTTPS://Example.com:443/", true, "Example.com", 443, "", "Example.com"},
                         row{"http://example.com:443", false, "example.com", 443, "", "example.com:443"},
                         row{"http://[::1]:9000/", false, "::1", 9000, "", "[::1]:9000"},
                         row{"https://[2001:db8::1]", true, "2001:db8::1", 443, "", "[2001:db8::1]"},
                         row{"http://host/a/b%20c/", false, "host", 80, "/a/b%20c", "host"},
                         row{"http://under_score:80", false, "under_score", 80, "", "under_score"}}) {
        CAPTURE(r.url);
        auto const e = cloud::parse_endpoint(r.url);
        REQUIRE(e.has_value());
        CHECK(e->tls == r.tls);
        CHECK(e->host == r.host);
        CHECK(e->port == r.port);
        CHECK(e->path == r.path);
        CHECK(e->authority() == r.authority);
    }
}

TEST_CASE("endpoint: what could mean something else is refused, without repeating it") {
    using namespace std::string_literals;
    for (std::string const& bad : {""s,
                                   "127.0.0.1:9000"s,
                                   "ftp://h"s,
                                   "http://"s,
                                   "http:///path"s,
                                   "http://user:canary@h"s,
                                   "http://canary@h"s,
                                   "http://h?canary"s,
                                   "http://h/#canary"s,
                                   "http://h#x"s,
                                   "http://h:0"s,
                                   "http://h:65536"s,
                                   "http://h:-1"s,
                                   "http://h:+80"s,
                                   "http://h:"s,
                                   "http://h:8o"s,
                                   "http://h:80:81"s,
                                   "http://[::1"s,
                                   "http://[::1]x"s,
                                   "http://[]"s,
                                   "http://[host]"s,
                                   "http://[fe80::1%eth0]"s,
                                   "http://::1"s,
                                   "http://h h"s,
                                   "http://h\r\n"s,
                                   "http://h\0"s,
                                   "http://h/a b"s,
                                   "http://h/\r\nX: y"s,
                                   "http://h/\xc3\xa9"s,
                                   "http://h/%zz"s,
                                   "http://h/%"s,
                                   "http://.h"s,
                                   "http://ex\xc3\xa4mple"s,
                                   "http://x.evil.com/#"s,
                                   "http://h\\x"s}) {
        CAPTURE(bad);
        auto const e = cloud::parse_endpoint(bad);
        REQUIRE_FALSE(e.has_value());
        CHECK(e.error().reason() == errc::invalid_argument);
        CHECK(e.error().info().detail.find("canary") == std::string::npos);
    }
}
