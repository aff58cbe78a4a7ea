#include "net/dial.hpp"
#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/says.hpp"
#include "support/streams.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sluice;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::certificate_wish;
using test::handshake;
using test::identity;
using test::says;
using test::tls_peer;
using test::trusting_the_system;

namespace {

using context_ptr = std::shared_ptr<net::tls_context const>;
using stream_result = result<std::unique_ptr<net::stream>>;

}  // namespace

CO_TEST("tls: 1.2 and 1.3 are spoken, 1.1 is not") {
    struct row {
        int version;
        bool good;
    };
    identity const authority = test::make_authority();
    context_ptr const context = test::trusting(authority);
    identity const who = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    for (row const& r : {row{TLS1_3_VERSION, true}, row{TLS1_2_VERSION, true}, row{TLS1_1_VERSION, false}}) {
        test::tls_behaviour how;
        how.lowest = how.highest = r.version;
        tls_peer server(who, nullptr, how);
        stream_result const s = co_await handshake(server.port(), context, "localhost");
        CHECK_MESSAGE(s.has_value() == r.good, r.version);
        if (s.has_value()) continue;
        CHECK(s.error().reason() == errc::untrusted_peer);
        CHECK(says(s.error(), "neither TLS 1.2 nor TLS 1.3"));
    }
}

CO_TEST("tls: a peer that does not speak TLS is told from one that cannot be trusted") {
    struct row {
        char const* answer;
        errc reason;
        char const* words;
    };
    row const rows[] = {{"HTTP/1.1 400 Bad Request\r\n\r\n", errc::protocol, "does not speak TLS; should the endpoint be http://?"},
                        {"SSH-2.0-OpenSSH_9.2\r\n", errc::protocol, "does not speak TLS"},
                        {"", errc::connection_lost, "closed the connection; does it speak TLS?"}};
    for (row const& r : rows) {
        test::peer server([&](int fd) {
            test::receive(fd, 16);
            test::send_all(fd, r.answer);
            ::shutdown(fd, SHUT_WR);
            test::hold(fd);
        });
        stream_result const s = co_await handshake(server.port(), trusting_the_system(), "localhost");
        REQUIRE(s.has_error());
        CHECK(s.error().reason() == r.reason);
        CHECK(says(s.error(), r.words));
    }
}

namespace {

/// Lets through the first `size` bytes a TLS server answers, then closes.
std::string first_answer(std::uint16_t server, std::string const& hello) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(server);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0) {
        test::send_all(fd, hello);
        answer = test::receive(fd, 300);
    }
    ::close(fd);
    return answer;
}

}  // namespace

CO_TEST("tls: a handshake that breaks off anywhere is a lost connection") {
    identity const authority = test::make_authority();
    identity const who = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    context_ptr const context = test::trusting(authority);
    for (std::size_t const size : {1u, 5u, 6u, 50u, 128u, 299u}) {
        tls_peer server(who, nullptr);
        test::peer between([&](int fd) {
            char hello[4096];
            ssize_t const n = ::recv(fd, hello, sizeof hello, 0);
            std::string answer = first_answer(server.port(), std::string(hello, static_cast<std::size_t>(n > 0 ? n : 0)));
            answer.resize(std::min(answer.size(), size));
            test::send_all(fd, answer);
            ::shutdown(fd, SHUT_WR);
            test::hold(fd);
        });
        stream_result const s = co_await handshake(between.port(), context, "localhost");
        REQUIRE_MESSAGE(s.has_error(), size);
        CHECK_MESSAGE(s.error().reason() == errc::connection_lost, size);
    }
}

CO_TEST("tls: a handshake ends with its deadline, or by cancel") {
    test::listener const silent;
    context_ptr const context = trusting_the_system();
    stream_result const s = co_await handshake(silent.port(), context, "localhost", 10ms);
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::timed_out);
    CHECK(says(s.error(), "not done in time"));
    auto const wait = [&]() -> awaitable<void> {
        stream_result const never = co_await handshake(silent.port(), context, "localhost");
        CHECK(never.has_error());
    };
    bool const stopped = co_await test::cancelled(wait);
    CHECK(stopped);
}

CO_TEST("tls: a handshake ends by interrupt") {
    test::listener const silent;
    std::unique_ptr<net::stream> below = co_await test::connected(silent.port());
    net::stream* const s = below.get();
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    context_ptr const context = trusting_the_system();
    // Runs once the handshake waits, and on its executor: the handshake owns the stream, and may end it as soon as it is woken.
    asio::post(executor, [s] { s->interrupt(make_error_code(errc::timed_out)); });
    stream_result const done = co_await net::start_tls(std::move(below), context, "localhost", async::never);
    REQUIRE(done.has_error());
    CHECK(done.error().reason() == errc::timed_out);
}

CO_TEST("tls: dial goes all the way") {
    identity const authority = test::make_authority();
    identity const who = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    tls_peer server(who, [](SSL* c) { test::send_all(c, "hello"); });
    net::origin to;
    to.host = "localhost";
    to.port = server.port();
    to.tls = test::trusting(authority);
    stream_result const s = co_await net::dial(to, timeouts(), async::never);
    REQUIRE(s.has_value());
    test::received const got = co_await test::read_up_to(s.value().get(), 5);
    CHECK(got.data == "hello");
}

TEST_CASE("tls: a CA file or directory that cannot be read is refused at once, naming it") {
    test::temporary_file const no_pem("this is not a certificate\n");
    net::tls_settings missing, wrong, nowhere;
    missing.ca_file = "/nonexistent/ca.pem";
    wrong.ca_file = no_pem.path();
    nowhere.ca_directory = "/nonexistent/certs";
    for (net::tls_settings const& s : {missing, wrong, nowhere}) {
        result<context_ptr> const made = net::tls_context::make(s);
        REQUIRE(made.has_error());
        CHECK(made.error().reason() == errc::invalid_argument);
        CHECK(says(made.error(), s.ca_file.empty() ? s.ca_directory : s.ca_file));
    }
}
