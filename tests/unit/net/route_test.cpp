#include "net/route.hpp"

#include "support/says.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using test::says;

TEST_CASE("proxy: URLs that are one") {
    struct row {
        char const *url, *host;
        std::uint16_t port;
        char const* authorization;
    };
    for (row const& r :
         {row{"http://proxy:3128", "proxy", 3128, ""}, row{"http://proxy:3128/", "proxy", 3128, ""}, row{"HTTP://proxy", "proxy", 80, ""},
          row{"proxy:8080", "proxy", 8080, ""}, row{"10.0.0.1", "10.0.0.1", 80, ""}, row{"http://[fd00::1]:3128", "fd00::1", 3128, ""},
          row{"http://user:secret@proxy:1", "proxy", 1, "Basic dXNlcjpzZWNyZXQ="},
          row{"http://u%40x:p%3A%2f%25@proxy:1", "proxy", 1, "Basic dUB4OnA6LyU="}, row{"http://user@proxy", "proxy", 80, "Basic dXNlcjo="},
          row{"user:a@b@proxy", "proxy", 80, "Basic dXNlcjphQGI="}}) {
        CAPTURE(r.url);
        auto const to = net::parse_proxy(r.url, "https_proxy");
        REQUIRE(to.has_value());
        CHECK(to->host == r.host);
        CHECK(to->port == r.port);
        CHECK(to->authorization == r.authorization);
    }
}

TEST_CASE("proxy: URLs that are none are refused without a word of them") {
    struct row {
        char const *url, *why;
    };
    for (row const& r :
         {row{"https://user:canary@proxy", "wants TLS itself"}, row{"socks5://user:canary@proxy:1080", "SOCKS"},
          row{"SOCKS4a://proxy", "SOCKS"}, row{"ftp://canary@proxy", "no http:// proxy"}, row{"http://", "no valid host"},
          row{"http://proxy:canary", "port"}, row{"http://proxy:0", "port"}, row{"http://proxy:65536", "port"},
          row{"http://proxy:", "no valid host"}, row{"http://canary/path", "no valid host"}, row{"http://ca nary", "no valid host"},
          row{"http://[::1", "no valid host"}, row{"http://[canary]:1", "no valid host"}, row{"http://::1", "no valid host"},
          row{"http://user:canary%0d%0a@proxy", "cannot be sent"}, row{"http://us%3Aer:canary@proxy", "cannot be sent"},
          row{"http://user:canary%zz@proxy", "cannot be sent"}}) {
        CAPTURE(r.url);
        auto const to = net::parse_proxy(r.url, "https_proxy");
        REQUIRE(to.has_error());
        CHECK(to.error().reason() == errc::invalid_argument);
        CHECK(says(to.error(), r.why));
        CHECK(says(to.error(), "https_proxy "));
        CHECK(to.error().info().detail.find("canary") == std::string::npos);
    }
}

TEST_CASE("proxy: an address ends where it ends, not at a null character, and holds nothing but an address") {
    using namespace std::string_literals;
    for (std::string const& host : {"fd00::1\0 :3"s, "fd00::1 "s, "fd00::1%/"s, "fd00::1%a b"s, "fd00::1@x"s})
        CHECK(net::parse_proxy("http://[" + host + "]:3128", "http_proxy").has_error());
    CHECK(net::parse_proxy("http://[fd00::1]:3128", "http_proxy").has_value());
}

TEST_CASE("no_proxy: names, addresses, networks and ports") {
    struct row {
        char const *list, *host;
        std::uint16_t port;
        bool exempt;
    };
    for (row const& r : {row{"", "a.example", 443, false},
                         row{"*", "a.example", 443, true},
                         row{"other, *", "::1", 443, true},
                         row{"example", "example", 443, true},
                         row{"example", "a.example", 443, true},
                         row{".example", "a.example", 443, true},
                         row{".example", "example", 443, true},
                         row{"*.example", "a.example", 443, true},
                         row{"EXAMPLE", "a.Example", 443, true},
                         row{"example.", "a.example", 443, true},
                         row{"example", "a.example.", 443, true},
                         row{"example", "an-example", 443, false},
                         row{"a.example", "example", 443, false},
                         row{".", "example", 443, false},
                         row{"b,,\t c  example", "example", 443, true},
                         row{"example:443", "a.example", 443, true},
                         row{"example:80", "a.example", 443, false},
                         row{"example:", "a.example", 443, false},
                         row{"example:x", "a.example", 443, false},
                         row{"10.0.0.1", "10.0.0.1", 443, true},
                         row{"10.0.0.1", "10.0.0.11", 443, false},
                         row{"0.1", "10.0.0.1", 443, false},
                         row{"10.0.0.1:9000", "10.0.0.1", 9000, true},
                         row{"10.0.0.1:9000", "10.0.0.1", 9001, false},
                         row{"10.0.0.0/8", "10.200.0.1", 443, true},
                         row{"10.1.2.3/8", "10.200.0.1", 443, true},
                         row{"10.0.0.0/8", "11.0.0.1", 443, false},
                         row{"0.0.0.0/0", "11.0.0.1", 443, true},
                         row{"10.0.0.1/32", "10.0.0.1", 443, true},
                         row{"10.0.0.0/33", "10.0.0.1", 443, false},
                         row{"10.0.0.0/x", "10.0.0.1", 443, false},
                         row{"10.0.0.0/8", "a.example", 443, false},
                         row{"::1", "::1", 443, true},
                         row{"0:0::1", "::1", 443, true},
                         row{"[::1]", "::1", 443, true},
                         row{"[::1]:443", "::1", 443, true},
                         row{"[::1]:80", "::1", 443, false},
                         row{"[::1", "::1", 443, false},
                         row{"fd00::/8", "fd12::1", 443, true},
                         row{"fd00::/8", "fe80::1", 443, false},
                         row{"fd00::/8", "10.0.0.1", 443, false},
                         row{"10.0.0.0/8", "fd00::1", 443, false},
                         row{"[example]", "example", 443, false}}) {
        CAPTURE(r.list);
        CAPTURE(r.host);
        CHECK(net::is_exempt(r.list, r.host, r.port) == r.exempt);
    }
}

TEST_CASE("route: this machine is localhost or a loopback address, and no name that only begins like one") {
    for (char const* const here : {"localhost", "127.0.0.1", "127.200.3.4", "::1"}) CHECK_MESSAGE(net::is_loopback(here), here);
    for (char const* const far : {"127.evil.example", "127.bad.de", "127.0.0.1.example", "127.1", "0.0.0.0", "::", "localhost.example",
                                  "a.localhost", "10.0.0.1", "example", ""})
        CHECK_MESSAGE(!net::is_loopback(far), far);
}

TEST_CASE("route: the proxy of the scheme, unless the host is exempt; nothing special is no route") {
    network_options options;
    CHECK(*net::choose_route(options, "a.example", 443, true) == nullptr);
    options.https_proxy = "http://tls:1";
    options.http_proxy = "http://plain:2";
    options.no_proxy = "near.example";
    CHECK((*net::choose_route(options, "a.example", 443, true))->via->host == "tls");
    CHECK((*net::choose_route(options, "a.example", 80, false))->via->host == "plain");
    CHECK(*net::choose_route(options, "near.example", 443, true) == nullptr);
    options.http_proxy = "socks5://x";
    CHECK((*net::choose_route(options, "a.example", 443, true))->via->host == "tls");  // of no concern here
    CHECK(net::choose_route(options, "a.example", 80, false).has_error());
    options.local_address = "127.0.0.2";
    CHECK((*net::choose_route(options, "near.example", 443, true))->local_address == "127.0.0.2");
    CHECK_FALSE((*net::choose_route(options, "near.example", 443, true))->via.has_value());
    options.local_address = "here";
    CHECK(says(net::choose_route(options, "near.example", 443, true).error(), "\"here\" is not an IP address"));
    options.local_address.clear();
    for (char const* const name : {"a-name-far-too-long", "a/b", "a b"}) {
        options.local_device = name;
        CHECK(says(net::choose_route(options, "near.example", 443, true).error(), "local_device is not the name of a network device"));
    }
}
