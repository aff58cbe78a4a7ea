#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/gate.hpp"
#include "support/streams.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

#include <boost/asio/this_coro.hpp>

using namespace sluice;
namespace asio = boost::asio;
using net::io_status;
using test::tls_peer;

namespace {

test::tls_behaviour only(int version) {
    test::tls_behaviour how;
    how.lowest = how.highest = version;
    return how;
}

}  // namespace

CO_TEST("tls: idle means open and nothing but tickets to read") {
    test::tls_world const w;
    test::gate ticket, sent_ticket, close;
    auto const idle = [&](SSL* c) {
        test::send_all(c, "!");
        ticket.pass();
        SSL_new_session_ticket(c);
        SSL_do_handshake(c);
        sent_ticket.open();
        close.pass();
        SSL_shutdown(c);
    };
    tls_peer server(w.server, idle, only(TLS1_3_VERSION));
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    test::received const got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.data == "!");
    CHECK(s->quiet());
    ticket.open();
    sent_ticket.pass();
    CHECK(s->quiet());
    CHECK(s->quiet());
    close.open();
    test::received const end = co_await test::read_up_to(s.get(), 1);
    CHECK(end.end.status == io_status::end);
    CHECK_FALSE(s->quiet());
}

CO_TEST("tls: unasked data or an end makes a connection unfit") {
    test::tls_world const w;
    for (bool const data : {true, false}) {
        test::gate go, done;
        auto const speak = [&](SSL* c) {
            go.pass();
            if (data) test::send_all(c, "unasked");
            if (!data) SSL_shutdown(c);
            done.open();
            test::hold(c);
        };
        tls_peer server(w.server, speak);
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        CHECK(s->quiet());
        go.open();
        done.pass();
        CHECK_FALSE(s->quiet());
    }
}

CO_TEST("tls: farewell is a close_notify") {
    test::tls_world const w;
    int how = -1;
    {
        auto const listen = [&](SSL* c) {
            char room[1];
            how = SSL_get_error(c, SSL_read(c, room, 1));
        };
        tls_peer server(w.server, listen);
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        s->farewell();
        test::received const end = co_await test::read_up_to(s.get(), 1);
        CHECK(end.data.empty());
    }
    CHECK(how == SSL_ERROR_ZERO_RETURN);
}

CO_TEST("tls: interrupt and cancel end a wait; expectations do not hide what has come") {
    test::tls_world const w;
    auto const two_steps = [](SSL* c) {
        test::send_all(c, "a");
        test::hold(c);
    };
    tls_peer server(w.server, two_steps);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    s->expect(1 << 20);
    test::received got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.data == "a");
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto const act = [&] { s->interrupt(make_error_code(errc::timed_out)); };
    {
        test::meanwhile const other(executor, act);
        got = co_await test::read_up_to(s.get(), 1);
    }
    CHECK(got.end.error == errc::timed_out);

    tls_peer second(w.server, two_steps);
    s = co_await w.connect(second.port());
    got = co_await test::read_up_to(s.get(), 1);
    auto const read = [&]() -> awaitable<void> {
        test::received const never = co_await test::read_up_to(s.get(), 1);
        CHECK(never.data.empty());
    };
    bool const stopped = co_await test::cancelled(read);
    CHECK(stopped);
}
