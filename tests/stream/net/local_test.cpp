#include "net/dial.hpp"

#include "support/co_test.hpp"
#include "support/peer.hpp"
#include "support/says.hpp"
#include "support/streams.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace sluice;
using test::peer;
using test::says;

namespace {

/// Says where the connection comes from: "127.0.0.2 ".
void tell_source(int fd) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ::getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size);
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
    test::send_all(fd, std::string(text) + ' ');
    test::hold(fd);
}

net::origin leaving(std::uint16_t port, network_options const& options) {
    net::origin to;
    to.host = "127.0.0.1";
    to.port = port;
    to.route = net::choose_route(options, to.host, port, false).value();
    return to;
}

awaitable<failure> refused(network_options options) {
    peer server(tell_source);
    net::origin to = leaving(server.port(), options);
    result<std::unique_ptr<net::stream>> const s = co_await net::dial(std::move(to), timeouts(), async::never);
    REQUIRE(s.has_error());
    co_return s.error();
}

}  // namespace

CO_TEST("local address: connections come from it") {
    for (std::string const from : {"127.0.0.2", "127.0.0.3"}) {
        peer server(tell_source);
        network_options options;
        options.local_address = from;
        net::origin to = leaving(server.port(), options);
        result<std::unique_ptr<net::stream>> s = co_await net::dial(std::move(to), timeouts(), async::never);
        REQUIRE(s.has_value());
        test::received const got = co_await test::read_up_to(s.value().get(), 10);
        CHECK_MESSAGE(got.data == from + ' ', from);
    }
}

CO_TEST("local address: one that is not ours, or of the other IP version, is said so") {
    network_options options;
    options.local_address = "192.0.2.1";
    failure const foreign = co_await refused(options);
    CHECK(foreign.reason() == errc::invalid_argument);
    CHECK(says(foreign, "local_address 192.0.2.1: "));
    options.local_address = "::1";
    failure const other = co_await refused(options);
    CHECK(other.reason() == errc::unreachable);
    CHECK(says(other, "local_address ::1 is of the other IP version"));
}

CO_TEST("local device: the loopback serves, one that is not there is said so") {
    network_options options;
    options.local_device = "no-such-dev";
    failure const none = co_await refused(options);
    bool const typed =
        none.reason() == errc::invalid_argument || none.reason() == errc::permission_denied;  // older kernels want CAP_NET_RAW
    CHECK(typed);
    CHECK(says(none, "local_device \"no-such-dev\": "));
    options.local_device = "lo";
    peer server(tell_source);
    net::origin to = leaving(server.port(), options);
    result<std::unique_ptr<net::stream>> s = co_await net::dial(std::move(to), timeouts(), async::never);
    if (!s) {
        CHECK(s.error().reason() == errc::permission_denied);
        co_return;
    }
    test::received const got = co_await test::read_up_to(s.value().get(), 10);
    CHECK(got.data == "127.0.0.1 ");
}
