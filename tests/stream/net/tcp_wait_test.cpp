#include "net/tcp_stream.hpp"

#include "async/executor.hpp"
#include "net/limit.hpp"
#include "support/cancelling.hpp"
#include "support/co_test.hpp"
#include "support/gate.hpp"
#include "support/peer.hpp"
#include "support/streams.hpp"

#include <sluice/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <functional>

using namespace sluice;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using net::io_status;
using test::peer;

namespace {

boost::system::error_code const late = make_error_code(errc::timed_out);

/// Does something to a stream from the clock's side, as a deadline does.
class later final : public async::clock::alarm {
public:
    later(async::clock& owner, std::chrono::milliseconds after, std::function<void()> what) : alarm(owner), what_(std::move(what)) {
        set(owner.now() + after);
    }
    ~later() override { clear(); }
    std::atomic<bool> rang = false;

private:
    void ring() noexcept override {
        rang = true;
        what_();
    }
    std::function<void()> what_;
};

awaitable<async::clock*> its_clock() {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_return &async::clock::of(executor);
}

net::io_outcome read_once(net::stream& s) {
    std::byte room[64];
    return s.try_read(room);
}

}  // namespace

CO_TEST("tcp: a blocked writer notices an early answer") {
    test::gate answered;
    peer hasty([&](int fd) {
        test::send_all(fd, "403");
        answered.pass();
        test::hold(fd);
    });
    std::unique_ptr<net::stream> s = co_await test::connected(hasty.port());
    std::string const data = test::pattern(24 * 1024 * 1024);
    std::string answer;
    std::size_t sent = 0;
    while (answer.empty() && sent < data.size()) {
        net::io_outcome const o = s->try_write(std::as_bytes(std::span(data)).subspan(sent));
        sent += o.bytes;
        if (o.status != io_status::would_block) continue;
        co_await s->wait_writable_or_readable();
        char room[16];
        net::io_outcome const in = s->try_read(std::as_writable_bytes(std::span(room)));
        if (in.status == io_status::done) answer.assign(room, in.bytes);
    }
    answered.open();
    CHECK(answer == "403");
    CHECK(sent < data.size());
}

CO_TEST("tcp: a writer that waits for either side gets all through") {
    constexpr std::size_t size = 24 * 1024 * 1024;
    std::string got;
    std::string const data = test::pattern(size, 7);
    {
        test::gate blocked;
        peer slow([&](int fd) {
            blocked.pass();
            got = test::receive(fd, size);
            test::send_all(fd, "!");
        });
        std::unique_ptr<net::stream> s = co_await test::connected(slow.port());
        int waits = 0;
        for (std::size_t sent = 0; sent < size;) {
            net::io_outcome const o = s->try_write(std::as_bytes(std::span(data)).subspan(sent));
            REQUIRE(o.status != io_status::failed);
            sent += o.bytes;
            if (o.status != io_status::would_block) continue;
            ++waits;
            blocked.open();
            co_await s->wait_writable_or_readable();
            CHECK(read_once(*s).status == io_status::would_block);
        }
        CHECK(waits > 0);
        test::received const answer = co_await test::read_up_to(s.get(), 1);
        CHECK(answer.data == "!");
    }
    CHECK((got == data));
}

CO_TEST("tcp: interrupt ends a wait for reading, at once and for good") {
    peer silent([](int fd) { test::hold(fd); });
    std::unique_ptr<net::stream> s = co_await test::connected(silent.port());
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto const act = [&] {
        s->interrupt(late);
        s->interrupt(make_error_code(errc::io));  // the first reason stays
    };
    test::meanwhile const other(executor, act);
    test::received const got = co_await test::read_up_to(s.get(), 1);
    CHECK(got.end.status == io_status::failed);
    CHECK(got.end.error == errc::timed_out);
    CHECK(read_once(*s).error == errc::timed_out);
    CHECK(s->try_write(std::as_bytes(std::span("x"))).error == errc::timed_out);
    CHECK_FALSE(s->quiet());
    co_await s->wait();  // does not hang
}

CO_TEST("tcp: interrupt ends a wait for writing, and one for either") {
    for (bool const either : {false, true}) {
        test::gate end;
        peer deaf([&](int) { end.pass(); });
        std::unique_ptr<net::stream> s = co_await test::connected(deaf.port());
        std::string const data(1 << 20, 'x');
        net::io_outcome o;
        while (o.status == io_status::done) o = s->try_write(std::as_bytes(std::span(data)));
        REQUIRE(o.status == io_status::would_block);
        async::clock* const clock = co_await its_clock();
        auto const act = [&] { s->interrupt(late); };
        later const alarm(*clock, 2ms, act);
        while (o.status == io_status::would_block) {
            if (either)
                co_await s->wait_writable_or_readable();
            else
                co_await s->wait();
            o = s->try_write(std::as_bytes(std::span(data)));
        }
        CHECK(o.error == errc::timed_out);
        CHECK(alarm.rang);
        end.open();
    }
}

CO_TEST("tcp: cancel ends each kind of wait") {
    test::listener const deaf;  // never accepts: the system holds what little it takes
    std::unique_ptr<net::stream> reading = co_await test::connected(deaf.port());
    auto const read = [&]() -> awaitable<void> {
        while (read_once(*reading).status == io_status::would_block) co_await reading->wait();
    };
    bool stopped = co_await test::cancelled(read);
    CHECK(stopped);
    std::string const data(1 << 20, 'x');
    for (bool const either : {false, true}) {
        std::unique_ptr<net::stream> s = co_await test::connected(deaf.port());
        auto const write = [&]() -> awaitable<void> {
            while (s->try_write(std::as_bytes(std::span(data))).status == io_status::done) {
            }
            for (;;) {
                if (either)
                    co_await s->wait_writable_or_readable();
                else
                    co_await s->wait();
            }
        };
        stopped = co_await test::cancelled(write);
        CHECK(stopped);
    }
}

namespace {

/// Sends "head", and when told to, 1000 bytes more.
std::function<void(int)> two_parts(test::gate& more) {
    return [&more](int fd) {
        test::send_all(fd, "head");
        more.pass();
        test::send_all(fd, std::string(1000, 'x'));
        test::hold(fd);
    };
}

}  // namespace

CO_TEST("tcp: what is certain to come need not wake the reader bit by bit, and nudge wakes it all the same") {
    test::gate more;
    peer dripping(two_parts(more));
    std::unique_ptr<net::stream> s = co_await test::connected(dripping.port());
    test::received const head = co_await test::read_up_to(s.get(), 4);
    CHECK(head.data == "head");
    s->expect(1 << 20);
    CHECK(read_once(*s).status == io_status::would_block);
    more.open();
    async::clock* const clock = co_await its_clock();
    auto const act = [&] { s->nudge(); };
    later const alarm(*clock, 30ms, act);
    co_await s->wait();
    CHECK(alarm.rang);
    test::received const rest = co_await test::read_up_to(s.get(), 1000);
    CHECK(rest.data == std::string(1000, 'x'));
}

CO_TEST("tcp: without such an expectation the first byte wakes the reader") {
    test::gate more;
    peer dripping(two_parts(more));
    std::unique_ptr<net::stream> s = co_await test::connected(dripping.port());
    test::received const head = co_await test::read_up_to(s.get(), 4);
    CHECK(head.data == "head");
    s->expect(1 << 20);
    s->expect(0);
    CHECK(read_once(*s).status == io_status::would_block);
    more.open();
    async::clock* const clock = co_await its_clock();
    auto const act = [&] { s->interrupt(late); };
    later const alarm(*clock, 20s, act);
    co_await s->wait();
    CHECK_FALSE(alarm.rang);
    test::received const rest = co_await test::read_up_to(s.get(), 1000);
    CHECK(rest.data == std::string(1000, 'x'));
}

CO_TEST("tcp: connecting ends by interrupt, from another thread") {
    test::listener const full(true);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    net::tcp_stream s(async::base_executor(executor));
    auto const act = [&] { s.interrupt(late); };
    asio::ip::tcp::endpoint const to(asio::ip::address_v4::loopback(), full.port());
    {
        test::meanwhile const other(executor, act);
        boost::system::error_code const e = co_await s.connect(to);
        CHECK(e == errc::timed_out);
    }
    net::tcp_stream before(async::base_executor(executor));
    before.interrupt(late);
    boost::system::error_code const e = co_await before.connect(to);
    CHECK(e == errc::timed_out);
}

CO_TEST("tcp: connecting ends by cancel") {
    test::listener const full(true);
    auto const connect = [&]() -> awaitable<void> {
        std::unique_ptr<net::stream> const s = co_await test::connected(full.port());
        CHECK(s == nullptr);
    };
    bool const stopped = co_await test::cancelled(connect);
    CHECK(stopped);
}
