#include "net/tcp_stream.hpp"

#include "support/co_test.hpp"
#include "support/gate.hpp"
#include "support/peer.hpp"
#include "support/streams.hpp"

#include <sys/socket.h>

using namespace sluice;
using net::io_status;
using test::peer;

namespace {

net::io_outcome read_once(net::stream& s) {
    std::byte room[64];
    return s.try_read(room);
}

}  // namespace

CO_TEST("tcp: what is sent comes back, and the end is told") {
    peer echo([](int fd) { test::send_all(fd, test::receive(fd, 100'000)); });
    std::unique_ptr<net::stream> s = co_await test::connected(echo.port());
    CHECK(s->peer() == "127.0.0.1:" + std::to_string(echo.port()));
    std::string const data = test::pattern(100'000);
    net::io_outcome const written = co_await test::write_all(s.get(), data);
    CHECK(written.status == io_status::done);
    test::received const got = co_await test::read_up_to(s.get(), data.size() + 1);
    CHECK(got.data == data);
    CHECK(got.end.status == io_status::end);
    CHECK(read_once(*s).status == io_status::end);  // and again
}

CO_TEST("tcp: single bytes both ways") {
    peer echo([](int fd) {
        for (int i = 0; i < 200; ++i) test::send_all(fd, test::receive(fd, 1));
        test::hold(fd);
    });
    std::unique_ptr<net::stream> s = co_await test::connected(echo.port());
    std::string const data = test::pattern(200);
    for (char const one : data) {
        net::io_outcome const written = co_await test::write_all(s.get(), std::string(1, one));
        CHECK(written.bytes == 1);
        test::received const got = co_await test::read_up_to(s.get(), 1);
        CHECK(got.data == std::string(1, one));
    }
}

CO_TEST("tcp: a reset is a failure, not an end") {
    test::gate reset;
    peer rude([&](int fd) {
        reset.pass();
        linger const now{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    });
    std::unique_ptr<net::stream> s = co_await test::connected(rude.port());
    reset.open();
    test::received const got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.end.status == io_status::failed);
    CHECK(got.end.error == boost::system::errc::connection_reset);
}

CO_TEST("tcp: writing to a peer that is gone fails, without a signal") {
    test::gate closed;
    peer gone([&](int) { closed.pass(); });
    std::unique_ptr<net::stream> s = co_await test::connected(gone.port());
    closed.open();
    test::received const got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.end.status == io_status::end);
    net::io_outcome written;
    for (int i = 0; i < 1000 && written.status == io_status::done; ++i) written = co_await test::write_all(s.get(), "x");
    CHECK(written.status == io_status::failed);
}

CO_TEST("tcp: a reader that is slow blocks the writer, who loses nothing") {
    constexpr std::size_t size = 24 * 1024 * 1024;
    std::string got;
    std::string const data = test::pattern(size);
    {
        test::gate blocked;
        peer slow([&](int fd) {
            blocked.pass();
            got = test::receive(fd, size);
            test::send_all(fd, "!");
        });
        std::unique_ptr<net::stream> s = co_await test::connected(slow.port());
        net::io_outcome const first = s->try_write(std::as_bytes(std::span(data)));
        CHECK(first.status == io_status::done);
        CHECK(first.bytes < size);  // or this test shows nothing
        blocked.open();
        net::io_outcome const rest = co_await test::write_all(s.get(), data.substr(first.bytes));
        CHECK(rest.status == io_status::done);
        test::received const answer = co_await test::read_up_to(s.get(), 1);
        CHECK(answer.data == "!");
    }
    CHECK((got == data));
}

CO_TEST("tcp: a large body comes whole whatever is announced of it") {
    constexpr std::size_t size = 5'000'011;
    std::string const data = test::pattern(size);
    peer sender([&](int fd) {
        for (int i = 0; i < 3; ++i) {
            test::receive(fd, 1);
            test::send_all(fd, data);
        }
    });
    std::unique_ptr<net::stream> s = co_await test::connected(sender.port());
    for (std::size_t const step : {std::size_t{1} << 20, std::size_t{65'536}, std::size_t{10'007}}) {
        net::io_outcome const asked = co_await test::write_all(s.get(), "?");
        CHECK(asked.status == io_status::done);
        std::string got(size, '\0');
        for (std::size_t at = 0; at < size;) {
            s->expect(size - at);
            net::io_outcome const o = s->try_read(std::as_writable_bytes(std::span(got)).subspan(at, std::min(step, size - at)));
            REQUIRE((o.status == io_status::done || o.status == io_status::would_block));
            at += o.bytes;
            if (o.status == io_status::would_block) co_await s->wait();
        }
        s->expect(0);
        CHECK((got == data));
    }
}

CO_TEST("tcp: idle means open and nothing to read") {
    test::gate speak, leave;
    peer chatty([&](int fd) {
        speak.pass();
        test::send_all(fd, "unasked");
        leave.pass();
    });
    std::unique_ptr<net::stream> s = co_await test::connected(chatty.port());
    CHECK(s->quiet());
    CHECK(s->quiet());
    CHECK(read_once(*s).status == io_status::would_block);
    speak.open();
    while (s->quiet()) co_await s->wait();  // which may be over before there is something
    test::received const got = co_await test::read_up_to(s.get(), 7);
    CHECK(got.data == "unasked");
    CHECK(s->quiet());
    CHECK(read_once(*s).status == io_status::would_block);
    leave.open();
    co_await s->wait();
    CHECK_FALSE(s->quiet());
}

CO_TEST("tcp: what the peer's system has not got is unsent, and no longer when it has answered") {
    test::gate reads;
    std::size_t written = 0;
    peer slow([&](int fd) {
        reads.pass();
        test::receive(fd, written);
        test::send_all(fd, "x");
        test::hold(fd);
    });
    std::unique_ptr<net::stream> s = co_await test::connected(slow.port());
    CHECK(s->unsent() == 0);
    std::string const data(1 << 20, 'd');
    net::io_outcome o;
    while (o.status == io_status::done) {
        o = s->try_write(std::as_bytes(std::span(data)));
        written += o.bytes;
    }
    CHECK(o.status == io_status::would_block);
    CHECK(s->unsent() > 0);
    CHECK(s->unsent() < written);
    reads.open();
    test::received const answer = co_await test::read_up_to(s.get(), 1);
    CHECK(answer.data == "x");
    CHECK(s->unsent() == 0);
}
