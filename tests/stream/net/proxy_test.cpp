#include "net/dial.hpp"

#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/peer.hpp"
#include "support/says.hpp"
#include "support/streams.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sluice;
using namespace std::chrono_literals;
using test::peer;
using test::says;

namespace {

std::string receive_head(int fd) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        std::string const one = test::receive(fd, 1);
        if (one.empty()) break;
        head += one;
    }
    return head;
}

/// A `localhost:port` with TLS, behind a proxy on 127.0.0.1.
net::origin behind(std::string const& proxy, std::uint16_t port, std::shared_ptr<net::tls_context const> tls) {
    network_options options;
    options.https_proxy = proxy;
    net::origin to;
    to.host = "localhost";
    to.port = port;
    to.tls = std::move(tls);
    to.route = net::choose_route(options, to.host, port, true).value();
    return to;
}

std::string at(std::uint16_t port) { return "http://user:canary@127.0.0.1:" + std::to_string(port); }

/// Both ways between `fd` and a port of 127.0.0.1 until one of them ends.
void relay(int fd, std::uint16_t port) {
    int const other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool open = ::connect(other, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
    if (open) test::send_all(fd, "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
    std::array<pollfd, 2> both{pollfd{fd, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    while (open && ::poll(both.data(), both.size(), -1) > 0) {
        for (std::size_t i = 0; open && i < both.size(); ++i) {
            if (both[i].revents == 0) continue;
            std::array<char, 4096> piece;
            ssize_t const n = ::recv(both[i].fd, piece.data(), piece.size(), 0);
            open = n > 0;
            if (open) test::send_all(both[1 - i].fd, std::string(piece.data(), static_cast<std::size_t>(n)));
        }
    }
    ::close(other);
}

/// What comes of a proxy that answers a CONNECT with `text`, and then hangs up or waits.
awaitable<failure> answered(std::string text, bool stays, timeouts limits) {
    peer proxy([text, stays](int fd) {
        receive_head(fd);
        test::send_all(fd, text);
        if (stays) test::hold(fd);
    });
    test::tls_world const world;
    net::origin to = behind(at(proxy.port()), 443, world.context);
    result<std::unique_ptr<net::stream>> const s = co_await net::dial(std::move(to), limits, async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().info().detail.find("canary") == std::string::npos);
    co_return s.error();
}

}  // namespace

CO_TEST("proxy: TLS goes through a tunnel, and is the origin's own") {
    test::tls_world const world;
    test::tls_peer origin(world.server, [](SSL* s) {
        test::send_all(s, "hello");
        test::hold(s);
    });
    std::string asked;
    net::origin to;
    {
        peer proxy([&](int fd) {
            asked = receive_head(fd);
            relay(fd, origin.port());
        });
        to = behind(at(proxy.port()), origin.port(), world.context);
        result<std::unique_ptr<net::stream>> s = co_await net::dial(to, timeouts(), async::never);
        REQUIRE(s.has_value());
        CHECK(s.value()->peer() == "127.0.0.1:" + std::to_string(proxy.port()));
        test::received const got = co_await test::read_up_to(s.value().get(), 5);
        CHECK(got.data == "hello");
    }
    std::string const where = "localhost:" + std::to_string(origin.port());
    CHECK(asked == "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\nProxy-Authorization: Basic dXNlcjpjYW5hcnk=\r\n\r\n");
}

CO_TEST("proxy: one that answers the handshake itself is not trusted") {
    test::tls_world const world;
    test::identity const other = test::make_authority();
    test::identity const forged = test::make_certificate(test::certificate_wish("DNS:localhost"), &other);
    test::tls_peer interceptor(forged, nullptr);
    peer proxy([&](int fd) {
        receive_head(fd);
        relay(fd, interceptor.port());
    });
    net::origin to = behind(at(proxy.port()), 443, world.context);
    result<std::unique_ptr<net::stream>> const s = co_await net::dial(std::move(to), timeouts(), async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::untrusted_peer);
}

CO_TEST("proxy: every answer that is no tunnel is typed, and nothing was sent") {
    struct row {
        char const* text;
        bool stays;
        errc reason;
        char const* words;
    };
    row const rows[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nbody", true, errc::unauthenticated,
         "wants other credentials"},
        {"HTTP/1.1 403 Forbidden\r\n\r\n", true, errc::permission_denied, "CONNECT localhost:443 is HTTP 403"},
        {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100\r\n\r\nhalf a bo", false, errc::unreachable, "HTTP 502"},
        {"HTTP/1.1 200 OK\r\n\r\nhello", true, errc::protocol, "bytes behind its head"},
        {"HTTP/1.1 200 OK\r\nVia: ", false, errc::unreachable, "hung up"},
        {"", false, errc::unreachable, "hung up"},
        {"220 mail.example ESMTP\r\n", true, errc::protocol, "not HTTP/1.1"},
        {"\x15\x03\x01", true, errc::protocol, "not HTTP/1.1"},
    };
    for (row const& r : rows) {
        failure const why = co_await answered(r.text, r.stays, timeouts());
        CHECK_MESSAGE(why.reason() == r.reason, r.text);
        CHECK_MESSAGE(says(why, r.words), r.text);
        CHECK_MESSAGE(!why.sent(), r.text);
    }
}

CO_TEST("proxy: silence, or half an answer, ends with the connect limit") {
    timeouts limits;
    limits.connect = 30ms;
    for (char const* const text : {"", "HTTP/1.1 200 OK\r\n"}) {
        failure const why = co_await answered(text, true, limits);
        CHECK(why.reason() == errc::timed_out);
        CHECK(says(why, "did not answer in time; limit timeouts.connect (of the proxy's answer) = 0.03 s"));
    }
}

CO_TEST("proxy: one that is not there is named as such, without its password") {
    test::tls_world const world;
    std::uint16_t const port = test::refused_port();
    net::origin to = behind(at(port), 443, world.context);
    result<std::unique_ptr<net::stream>> const s = co_await net::dial(std::move(to), timeouts(), async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::unreachable);
    CHECK(says(s.error(), "no connection to the proxy 127.0.0.1:" + std::to_string(port)));
    CHECK(s.error().info().detail.find("canary") == std::string::npos);
}

CO_TEST("proxy: cancel while it is asked") {
    test::tls_world const world;
    peer proxy([](int fd) { test::hold(fd); });
    auto const connect = [&]() -> awaitable<void> {
        net::origin to = behind(at(proxy.port()), 443, world.context);
        result<std::unique_ptr<net::stream>> const s = co_await net::dial(std::move(to), timeouts(), async::never);
        CHECK(s.has_error());
    };
    bool const stopped = co_await test::cancelled(connect, 20ms);
    CHECK(stopped);
}
