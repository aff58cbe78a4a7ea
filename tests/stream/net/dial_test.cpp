#include "net/dial.hpp"

#include "net/dns_cache.hpp"
#include "net/race.hpp"
#include "net/socket_transport.hpp"
#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/peer.hpp"
#include "support/says.hpp"
#include "support/streams.hpp"

#include <boost/asio/this_coro.hpp>

#include <map>

using namespace sluice;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::peer;
using test::says;

namespace {

net::origin at(std::string host, std::uint16_t port) {
    net::origin to;
    to.host = std::move(host);
    to.port = port;
    return to;
}

/// What the resolver of this test's context says of every name.
awaitable<void> names_are(std::vector<std::string> addresses) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    net::resolved all;
    all.addresses = std::move(addresses);
    net::dns_cache::of(executor).ask_with([all](std::string const&) { return all; });
}

awaitable<async::time_point> in(std::chrono::milliseconds span) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_return async::clock::of(executor).now() + span;
}

/// A host "many" with several addresses, all of which are 127.0.0.1 (with a port of their own, if they have one) but for one that refuses;
/// counts who is asked.
class many_addresses final : public net::transport_provider {
public:
    many_addresses(std::map<std::string, int>* asked, std::map<std::string, std::uint16_t> const* ports) : asked_(asked), ports_(ports) {}
    awaitable<result<std::vector<std::string>>> resolve(std::string, async::time_point) override {
        std::vector<std::string> found;
        for (auto const& one : *asked_) found.push_back(one.first);
        co_return found;
    }
    awaitable<result<std::unique_ptr<net::stream>>> dial(net::address to, async::time_point deadline) override {
        ++(*asked_)[to.text];
        if (to.text == "refusing") co_return failure(errc::unreachable, "refused");
        if (ports_ != nullptr && ports_->contains(to.text)) to.port = ports_->at(to.text);
        to.text = "127.0.0.1";
        result<std::unique_ptr<net::stream>> s = co_await sockets_.dial(std::move(to), deadline);
        co_return s;
    }

private:
    net::socket_transport sockets_;
    std::map<std::string, int>* asked_;
    std::map<std::string, std::uint16_t> const* ports_;
};

awaitable<void> addresses_are(std::map<std::string, int>* asked, std::map<std::string, std::uint16_t> const* ports = nullptr) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    net::transport::of(executor).replace(std::make_unique<many_addresses>(asked, ports));
}

void talk(int fd) {
    test::send_all(fd, "hello");
    test::hold(fd);
}

}  // namespace

CO_TEST("dial: by address and by name") {
    for (std::string const host : {"127.0.0.1", "localhost", "bucket.localhost"}) {
        peer server(talk);
        result<std::unique_ptr<net::stream>> s = co_await net::dial(at(host, server.port()), timeouts(), async::never);
        REQUIRE_MESSAGE(s.has_value(), host);
        test::received const got = co_await test::read_up_to(s.value().get(), 5);
        CHECK_MESSAGE(got.data == "hello", host);
    }
}

CO_TEST("dial: refused says so, naming the host") {
    std::uint16_t const port = test::refused_port();
    result<std::unique_ptr<net::stream>> s = co_await net::dial(at("localhost", port), timeouts(), async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::unreachable);
    CHECK_FALSE(s.error().sent());
    CHECK(says(s.error(), "localhost:" + std::to_string(port)));
    CHECK(says(s.error(), "Connection refused"));
}

CO_TEST("dial: a name that does not exist says so") {
    result<std::unique_ptr<net::stream>> s = co_await net::dial(at("no..such..name", 80), timeouts(), async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::unreachable);
    CHECK(says(s.error(), "cannot resolve \"no..such..name\""));
}

CO_TEST("dial: an address that refuses gives way to the next, and is last the next time") {
    std::vector<std::string> const two{"127.0.0.2", "127.0.0.1"};
    co_await names_are(two);
    peer server(talk, 3);
    for (int i = 0; i < 3; ++i) {
        result<std::unique_ptr<net::stream>> s = co_await net::dial(at("two", server.port()), timeouts(), async::never);
        REQUIRE(s.has_value());
        CHECK(s.value()->peer() == "127.0.0.1:" + std::to_string(server.port()));
    }
}

CO_TEST("dial: when all addresses refuse, the last cause and their number are told") {
    std::vector<std::string> const two{"127.0.0.2", "127.0.0.3"};
    co_await names_are(two);
    result<std::unique_ptr<net::stream>> s = co_await net::dial(at("two", test::refused_port()), timeouts(), async::never);
    REQUIRE(s.has_error());
    CHECK(says(s.error(), "tried 2 of its 2 addresses"));
    CHECK(says(s.error(), "127.0.0.3:"));
}

CO_TEST("dial: no answer ends with the connect limit, naming it") {
    test::listener const full(true);
    timeouts limits;
    limits.connect = 20ms;
    result<std::unique_ptr<net::stream>> s = co_await net::dial(at("127.0.0.1", full.port()), limits, async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::timed_out);
    CHECK(says(s.error(), "limit timeouts.connect (of one address) = 0.02 s"));
}

CO_TEST("dial: the deadline ends it before the connect limit, and no further address is tried") {
    std::vector<std::string> const two{"127.0.0.1", "127.0.0.1"};
    co_await names_are(two);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_await net::dns_cache::of(executor).resolve("twice", async::never);  // so that the deadline meets the connecting
    test::listener const full(true);
    async::time_point const deadline = co_await in(10ms);
    result<std::unique_ptr<net::stream>> s = co_await net::dial(at("twice", full.port()), timeouts(), deadline);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::timed_out);
    CHECK(says(s.error(), "tried 1 of its 2"));
    CHECK(says(s.error(), "the operation's deadline has passed"));
}

CO_TEST("dial: cancel while connecting") {
    test::listener const full(true);
    auto const connect = [&]() -> awaitable<void> {
        result<std::unique_ptr<net::stream>> const s = co_await net::dial(at("127.0.0.1", full.port()), timeouts(), async::never);
        CHECK(s.has_error());
    };
    bool const stopped = co_await test::cancelled(connect);
    CHECK(stopped);
}

CO_TEST("dial: new connections are spread over the addresses of a host") {
    std::map<std::string, int> asked{{"a", 0}, {"b", 0}, {"c", 0}};
    co_await addresses_are(&asked);
    peer server(talk, 30);
    for (int i = 0; i < 30; ++i) {
        result<std::unique_ptr<net::stream>> s = co_await net::dial(at("many", server.port()), timeouts(), async::never);
        REQUIRE(s.has_value());
    }
    for (auto const& [address, times] : asked) CHECK_MESSAGE(times == 10, address);
}

CO_TEST("dial: an address that refuses is asked once in a while, and costs no connection") {
    std::map<std::string, int> asked{{"a", 0}, {"refusing", 0}};
    co_await addresses_are(&asked);
    peer server(talk, 30);
    for (int i = 0; i < 30; ++i) {
        result<std::unique_ptr<net::stream>> s = co_await net::dial(at("many", server.port()), timeouts(), async::never);
        REQUIRE(s.has_value());
    }
    CHECK(asked["a"] == 30);
    CHECK(asked["refusing"] == 1);
}

CO_TEST("dial: an address that is silent is overtaken by the next after a quarter of a second, and last from then on") {
    std::map<std::string, int> asked{{"a", 0}, {"b", 0}};
    test::listener const full(true);
    std::map<std::string, std::uint16_t> const elsewhere{{"a", full.port()}};
    co_await addresses_are(&asked, &elsewhere);
    peer server(talk, 10);
    async::time_point const before = co_await in(0ms);
    for (int i = 0; i < 10; ++i) {
        result<std::unique_ptr<net::stream>> s = co_await net::dial(at("many", server.port()), timeouts(), async::never);
        REQUIRE(s.has_value());
        test::received const got = co_await test::read_up_to(s.value().get(), 5);
        CHECK(got.data == "hello");
    }
    async::time_point const after = co_await in(0ms);
    CHECK(asked["a"] == 1);
    CHECK(asked["b"] == 10);
    CHECK(after - before >= net::race::stagger);
    CHECK(after - before < 2s);  // the connect limit alone is 5 s
}

CO_TEST("dial: cancel while several addresses are silent") {
    std::map<std::string, int> asked{{"a", 0}, {"b", 0}, {"c", 0}};
    test::listener const full(true);
    co_await addresses_are(&asked);
    auto const connect = [&]() -> awaitable<void> {
        result<std::unique_ptr<net::stream>> const s = co_await net::dial(at("many", full.port()), timeouts(), async::never);
        CHECK(s.has_error());
    };
    bool const stopped = co_await test::cancelled(connect, 300ms);
    CHECK(stopped);
    CHECK(asked["a"] == 1);
    CHECK(asked["b"] == 1);
    CHECK(asked["c"] == 0);
}

CO_TEST("dial: when all are silent, the connect limit of each ends it, and all are told") {
    std::map<std::string, int> asked{{"a", 0}, {"b", 0}};
    test::listener const full(true);
    co_await addresses_are(&asked);
    timeouts limits;
    limits.connect = 20ms;
    result<std::unique_ptr<net::stream>> const s = co_await net::dial(at("many", full.port()), limits, async::never);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::timed_out);
    CHECK(says(s.error(), "tried 2 of its 2 addresses"));
}
