#include "net/tls_context.hpp"
#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/streams.hpp"
#include "support/tls_peer.hpp"

#include <condition_variable>
#include <thread>

using namespace sluice;
using namespace std::chrono_literals;
using net::io_status;
using test::tls_peer;

namespace {

/// A CA, a server of its making for "localhost", and who trusts it.
struct world {
    world() {
        test::temporary_file const file(authority.certificate_pem());
        net::tls_settings settings;
        settings.ca_file = file.path();
        context = net::tls_context::make(settings).value();
    }

    awaitable<std::unique_ptr<net::stream>> connect(std::uint16_t port) const {
        std::unique_ptr<net::stream> below = co_await test::connected(port);
        result<std::unique_ptr<net::stream>> made = co_await net::start_tls(std::move(below), context, "localhost", async::never);
        co_return std::move(made).value();
    }

    test::identity authority = test::make_authority();
    test::identity server = test::make_certificate(test::certificate_wish("DNS:localhost"), &authority);
    std::shared_ptr<net::tls_context const> context;
};

test::tls_behaviour only(int version) {
    test::tls_behaviour how;
    how.lowest = how.highest = version;
    return how;
}

constexpr int both_versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

}  // namespace

CO_TEST("tls: what is sent comes back, and close_notify is an end") {
    world const w;
    for (int const version : both_versions) {
        CAPTURE(version);
        auto const echo = [](SSL* c) {
            test::send_all(c, test::receive(c, 3'000'000));
            SSL_shutdown(c);
        };
        tls_peer server(w.server, echo, only(version));
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        std::string const data = test::pattern(3'000'000);
        net::io_outcome const written = co_await test::write_all(s.get(), data);
        CHECK(written.status == io_status::done);
        test::received const got = co_await test::read_up_to(s.get(), data.size() + 1);
        CHECK((got.data == data));
        CHECK(got.end.status == io_status::end);
        std::byte room[1];
        CHECK(s->try_read(room).status == io_status::end);
    }
}

CO_TEST("tls: an end without close_notify is a cut") {
    world const w;
    for (int const version : both_versions) {
        CAPTURE(version);
        tls_peer server(
            w.server, [](SSL* c) { test::send_all(c, "half of it"); }, only(version));
        std::unique_ptr<net::stream> s = co_await w.connect(server.port());
        test::received const got = co_await test::read_up_to(s.get(), 100);
        CHECK(got.data == "half of it");
        CHECK(got.end.status == io_status::cut);
        std::byte room[1];
        CHECK(s->try_read(room).status == io_status::cut);
        CHECK_FALSE(s->quiet());
    }
}

CO_TEST("tls: bytes that are not TLS's are a failure") {
    world const w;
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
    world const w;
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
    world const w;
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
    world const w;
    constexpr std::size_t size = 80'000;
    auto const send = [](SSL* c) {
        for (std::size_t i = 0; i < size / 1000; ++i) test::send_all(c, std::string(1000, 'x'));
        test::hold(c);
    };
    tls_peer server(w.server, send);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    std::string room(size, '\0');
    std::size_t got = 0;
    std::size_t tries = 0;
    while (got < size) {
        net::io_outcome const o = s->try_read(std::as_writable_bytes(std::span(room)).subspan(got));
        if (o.status == io_status::would_block)
            co_await s->wait();
        else
            ++tries;
        REQUIRE((o.status == io_status::done || o.status == io_status::would_block));
        got += o.bytes;
        if (tries == 0) std::this_thread::sleep_for(2ms);  // let several records gather
    }
    CHECK(tries < size / 1000);
}

CO_TEST("tls: keys may change and tickets may come at any time") {
    world const w;
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
    world const w;
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
    world const w;
    constexpr std::size_t size = 16 * 1024 * 1024;
    std::string const data = test::pattern(size);
    for (bool const either : {false, true}) {
        std::string got;
        {
            auto const slow = [&](SSL* c) {
                std::this_thread::sleep_for(5ms);
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

namespace {

class gate {
public:
    void open() {
        std::lock_guard const lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

}  // namespace

CO_TEST("tls: idle means open and nothing but tickets to read") {
    world const w;
    gate ticket, sent_ticket, close;
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
    world const w;
    for (bool const data : {true, false}) {
        gate go, done;
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
    world const w;
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
    world const w;
    auto const two_steps = [](SSL* c) {
        test::send_all(c, "a");
        test::hold(c);
    };
    tls_peer server(w.server, two_steps);
    std::unique_ptr<net::stream> s = co_await w.connect(server.port());
    s->expect(1 << 20);
    test::received got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.data == "a");
    auto const read = [&]() -> awaitable<void> { (void)co_await test::read_up_to(s.get(), 1); };
    std::thread other([&] {
        std::this_thread::sleep_for(2ms);
        s->interrupt(make_error_code(errc::timed_out));
    });
    got = co_await test::read_up_to(s.get(), 1);
    other.join();
    CHECK(got.end.error == errc::timed_out);

    tls_peer second(w.server, two_steps);
    s = co_await w.connect(second.port());
    got = co_await test::read_up_to(s.get(), 1);
    bool const stopped = co_await test::cancelled(read);
    CHECK(stopped);
}
