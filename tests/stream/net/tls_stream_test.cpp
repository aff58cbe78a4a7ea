#include "support/co_test.hpp"
#include "support/gate.hpp"
#include "support/streams.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

using namespace sluice;
using net::io_status;
using test::tls_peer;

namespace {

test::tls_behaviour only(int version) {
    test::tls_behaviour how;
    how.lowest = how.highest = version;
    return how;
}

constexpr int both_versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

}  // namespace

CO_TEST("tls: what is sent comes back, and close_notify is an end") {
    test::tls_world const w;
    for (int const version : both_versions) {
        auto const echo = [](SSL* c) {
            test::send_all(c, test::receive(c, 3'000'000));
            SSL_shutdown(c);
        };
        tls_peer server(w.server, echo, only(version));
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        std::string const data = test::pattern(3'000'000);
        net::io_outcome const written = co_await test::write_all(s.get(), data);
        CHECK_MESSAGE(written.status == io_status::done, version);
        test::received const got = co_await test::read_up_to(s.get(), data.size() + 1);
        CHECK_MESSAGE((got.data == data), version);
        CHECK_MESSAGE(got.end.status == io_status::end, version);
        std::byte room[1];
        CHECK_MESSAGE(s->try_read(room).status == io_status::end, version);
    }
}

CO_TEST("tls: an end without close_notify is a cut") {
    test::tls_world const w;
    for (int const version : both_versions) {
        tls_peer server(
            w.server, [](SSL* c) { test::send_all(c, "half of it"); }, only(version));
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        test::received const got = co_await test::read_up_to(s.get(), 100);
        CHECK_MESSAGE(got.data == "half of it", version);
        CHECK_MESSAGE(got.end.status == io_status::cut, version);
        std::byte room[1];
        CHECK_MESSAGE(s->try_read(room).status == io_status::cut, version);
        CHECK_FALSE_MESSAGE(s->quiet(), version);
    }
}

CO_TEST("tls: what the peer said before it went is read, though writing has failed meanwhile") {
    test::tls_world const w;
    for (int const version : both_versions) {
        tls_peer server(
            w.server,
            [](SSL* c) {
                test::send_all(c, "the answer");
                test::receive(c, 100'000);  // and leaves the rest unread, so that closing resets
            },
            only(version));
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        net::io_outcome const written = co_await test::write_all(s.get(), test::pattern(32'000'000));
        CHECK_MESSAGE(written.status == io_status::failed, version);
        std::byte const more[1]{};
        CHECK_MESSAGE(s->try_write(more).status == io_status::failed, version);
        test::received const got = co_await test::read_up_to(s.get(), 100);
        CHECK_MESSAGE(got.data == "the answer", version);
        CHECK_FALSE_MESSAGE(s->quiet(), version);
    }
}

CO_TEST("tls: bytes that are not TLS's are a failure") {
    test::tls_world const w;
    auto const garble = [](SSL* c) {
        test::send_all(SSL_get_fd(c), std::string(100, 'x'));
        test::hold(SSL_get_fd(c));
    };
    tls_peer server(w.server, garble);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    test::received const got = co_await test::read_up_to(s.get(), 100);
    CHECK(got.end.status == io_status::failed);
    CHECK_FALSE(got.end.error.message().empty());
}

CO_TEST("tls: single bytes both ways") {
    test::tls_world const w;
    auto const echo = [](SSL* c) {
        for (int i = 0; i < 100; ++i) test::send_all(c, test::receive(c, 1));
        test::hold(c);
    };
    tls_peer server(w.server, echo);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    std::string const data = test::pattern(100);
    for (char const one : data) {
        net::io_outcome const written = co_await test::write_all(s.get(), std::string(1, one));
        CHECK(written.bytes == 1);
        test::received const got = co_await test::read_up_to(s.get(), 1);
        CHECK(got.data == std::string(1, one));
    }
}

CO_TEST("tls: small reads find what OpenSSL has already taken from the socket") {
    test::tls_world const w;
    std::string const data = test::pattern(100'000);
    auto const send = [&](SSL* c) {
        test::send_all(c, data);
        test::hold(c);
    };
    tls_peer server(w.server, send);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    test::received const got = co_await test::read_up_to(s.get(), data.size(), 7);
    CHECK((got.data == data));
}

CO_TEST("tls: one try fills the reader's memory, however many records that takes") {
    test::tls_world const w;
    constexpr std::size_t size = 80'000;
    test::gate sent;
    auto const send = [&](SSL* c) {
        for (std::size_t i = 0; i < size / 1000; ++i) test::send_all(c, std::string(1000, 'x'));
        sent.open();
        test::hold(c);
    };
    tls_peer server(w.server, send);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    sent.pass();
    std::string room(size, '\0');
    net::io_outcome first = s->try_read(std::as_writable_bytes(std::span(room)));
    while (first.status == io_status::would_block) {
        co_await s->wait();
        first = s->try_read(std::as_writable_bytes(std::span(room)));
    }
    CHECK(first.status == io_status::done);
    CHECK(first.bytes > 10'000);  // of 80 records
}

CO_TEST("tls: keys may change and tickets may come at any time") {
    test::tls_world const w;
    auto const change = [](SSL* c) {
        for (int i = 0; i < 20; ++i) {
            SSL_key_update(c, SSL_KEY_UPDATE_REQUESTED);
            test::send_all(c, std::to_string(i % 10));
            SSL_new_session_ticket(c);
            test::receive(c, 1);
        }
        test::hold(c);
    };
    tls_peer server(w.server, change, only(TLS1_3_VERSION));
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    for (int i = 0; i < 20; ++i) {
        test::received const got = co_await test::read_up_to(s.get(), 1);
        CHECK(got.data == std::to_string(i % 10));
        net::io_outcome const written = co_await test::write_all(s.get(), "k");
        CHECK(written.status == io_status::done);
    }
}

CO_TEST("tls: a renegotiation is not taken part in") {
    test::tls_world const w;
    auto const again = [](SSL* c) {
        SSL_renegotiate(c);
        SSL_do_handshake(c);
        test::send_all(c, "data");
        test::hold(c);
    };
    tls_peer server(w.server, again, only(TLS1_2_VERSION));
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    test::received const got = co_await test::read_up_to(s.get(), 100);
    CHECK(got.end.status != io_status::done);
}

CO_TEST("tls: a reader that is slow blocks the writer, who loses nothing") {
    test::tls_world const w;
    constexpr std::size_t size = 16 * 1024 * 1024;
    std::string const data = test::pattern(size);
    for (bool const either : {false, true}) {
        std::string got;
        {
            test::gate blocked;
            auto const slow = [&](SSL* c) {
                blocked.pass();
                got = test::receive(c, size);
                test::send_all(c, "!");
            };
            tls_peer server(w.server, slow);
            std::unique_ptr<net::stream> s = co_await w.connect(server.port());
            int waits = 0;
            for (std::size_t sent = 0; sent < size;) {
                std::string const piece = data.substr(sent, 1 << 20);  // other memory each time
                net::io_outcome const o = s->try_write(std::as_bytes(std::span(piece)));
                REQUIRE(o.status != io_status::failed);
                sent += o.bytes;
                if (o.status != io_status::would_block) continue;
                ++waits;
                blocked.open();
                if (either)
                    co_await s->wait_writable_or_readable();
                else
                    co_await s->wait();
                std::byte early[1];
                if (either) CHECK(s->try_read(early).status == io_status::would_block);
            }
            CHECK(waits > 0);
            test::received const answer = co_await test::read_up_to(s.get(), 1);
            CHECK(answer.data == "!");
        }
        CHECK((got == data));
    }
}
