#include "net/tunnel.hpp"

#include "support/says.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using test::says;

TEST_CASE("tunnel: what is asked") {
    net::proxy via;
    CHECK(net::tunnel_request(via, "[::1]:443") == "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
    via.authorization = "Basic dTpw";
    CHECK(net::tunnel_request(via, "a:443") == "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
}

TEST_CASE("tunnel: answers that open one") {
    for (std::string const text :
         {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200\r\n\r\n", "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 103 soon\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        CAPTURE(text);
        for (std::size_t cut = 0; cut < text.size(); ++cut) REQUIRE_FALSE(net::read_tunnel_answer(text.substr(0, cut), "a:443").complete);
        net::tunnel_answer const whole = net::read_tunnel_answer(text, "a:443");
        CHECK(whole.complete);
        CHECK_FALSE(whole.why.has_value());
    }
}

TEST_CASE("tunnel: answers that open none, typed") {
    struct row {
        std::string text;
        errc reason;
        char const* words;
    };
    for (row const& r :
         {row{"HTTP/1.1 407 Who?\r\nContent-Length: 9\r\n\r\nsome text", errc::unauthenticated, "wants other credentials"},
          row{"HTTP/1.1 403 No\r\n\r\n", errc::permission_denied, "HTTP 403"},
          row{"HTTP/1.1 405 No\r\n\r\n", errc::permission_denied, "HTTP 405"},
          row{"HTTP/1.1 429 Wait\r\n\r\n", errc::unreachable, "HTTP 429"},
          row{"HTTP/1.1 502 Bad\r\n\r\nbody", errc::unreachable, "HTTP 502"},
          row{"HTTP/1.1 504 Late\r\n\r\n", errc::unreachable, "HTTP 504"},
          row{"HTTP/1.1 302 Go\r\nLocation: x\r\n\r\n", errc::protocol, "HTTP 302"},
          row{"HTTP/1.1 999 ?\r\n\r\n", errc::protocol, "HTTP 999"}, row{"HTTP/2 200\r\n\r\n", errc::protocol, "not HTTP/1.1"},
          row{"SSH-2.0", errc::protocol, "not HTTP/1.1"}, row{"HTTP/1.1 2x0 OK\r\n\r\n", errc::protocol, "no status line"},
          row{"HTTP/1.1 20\r\n\r\n", errc::protocol, "no status line"}, row{"HTTP/1.1 2000 OK\r\n\r\n", errc::protocol, "no status line"},
          row{"HTTP/1.7 200 OK\r\n\r\n", errc::protocol, "no status line"},
          row{"HTTP/1.1 099 OK\r\n\r\n", errc::protocol, "no status line"},
          row{"HTTP/1.1 200 OK\r\n\r\nx", errc::protocol, "bytes behind its head"},
          row{"HTTP/1.1 200 OK\r\nA: " + std::string(net::tunnel_answer::limit, 'a'), errc::protocol, "too long"}}) {
        CAPTURE(r.text);
        net::tunnel_answer const answer = net::read_tunnel_answer(r.text, "a:443");
        REQUIRE(answer.complete);
        REQUIRE(answer.why.has_value());
        CHECK(answer.why->reason() == r.reason);
        CHECK(says(*answer.why, r.words));
        CHECK(says(*answer.why, "a:443"));
        CHECK_FALSE(answer.why->sent());
    }
}
