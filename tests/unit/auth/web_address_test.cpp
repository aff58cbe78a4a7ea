#include "auth/web_address.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using auth::parse_web_address;

TEST_CASE("a web address is taken apart") {
    struct {
        char const* url;
        bool tls;
        std::string host;
        int port;
        std::string target, authority;
    } const table[] = {
        {"http://169.254.170.2/v2/keys", false, "169.254.170.2", 80, "/v2/keys", "169.254.170.2"},
        {"https://Sts_1.Example-2.com", true, "Sts_1.Example-2.com", 443, "/", "Sts_1.Example-2.com"},
        {"https://h:443/", true, "h", 443, "/", "h"},
        {"http://h:443/", false, "h", 443, "/", "h:443"},
        {"http://h:65535?a=b/c", false, "h", 65535, "/?a=b/c", "h:65535"},
        {"http://[fd00:EC2::23]/v1", false, "fd00:EC2::23", 80, "/v1", "[fd00:EC2::23]"},
        {"https://[::ffff:10.0.0.1]:8443/x", true, "::ffff:10.0.0.1", 8443, "/x", "[::ffff:10.0.0.1]:8443"},
    };
    for (auto const& row : table) {
        CAPTURE(row.url);
        auto const found = parse_web_address(row.url, "the endpoint").value();
        CHECK(found.tls == row.tls);
        CHECK(found.host == row.host);
        CHECK(found.port == row.port);
        CHECK(found.target == row.target);
        CHECK(found.authority() == row.authority);
    }
}

TEST_CASE("a web address that is none is refused by name, and never asked") {
    for (char const* bad : {"",
                            "h",
                            "ftp://h/",
                            "HTTP://h/",
                            "http:/h",
                            "http://",
                            "http:///path",
                            "http://:80/",
                            "http://user@h/",
                            "http://u:p@h/",
                            "http://h h/",
                            "http://h\n/",
                            "http://h\x7f/",
                            "http://h/a b",
                            "http://h/a\r\nx: y",
                            "http://h/#part",
                            "http://h#part",
                            "http://h/\xc3\xa4",
                            "http://h:",
                            "http://h:0/",
                            "http://h:65536/",
                            "http://h:80x/",
                            "http://h:x/",
                            "http://h:-1/",
                            "http://[::1",
                            "http://[]/",
                            "http://[::1]80/",
                            "http://[::1]x",
                            "http://[::g]/",
                            "http://[fe80::1%25eth0]/",
                            "http://::1/"}) {
        CAPTURE(bad);
        auto const found = parse_web_address(bad, "the endpoint");
        REQUIRE(!found);
        CHECK(found.error().reason() == errc::invalid_argument);
        CHECK(found.error().info().detail.starts_with("the endpoint is no address: "));
    }
}
