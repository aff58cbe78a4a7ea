#include <sluice/async/deadline.hpp>
#include <sluice/async/semaphore.hpp>
#include <sluice/async/shield.hpp>
#include <sluice/error.hpp>

#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

awaitable<void> reason_of(awaitable<void> a, std::optional<errc>& reason) {
    try {
        co_await std::move(a);
    } catch (error const& e) {
        reason = e.reason();
    }
}

}  // namespace

TEST_CASE("shield: what runs in it is not cancelled; the next await is") {
    world w;
    bool cleaned = false;
    bool beyond = false;
    started s(w.context.get_executor(), [&]() -> awaitable<void> {
        auto const clean_up = [&]() -> awaitable<void> {
            co_await w.clock.sleep_until(async::time_point(1s));
            co_await w.clock.sleep_until(async::time_point(2s));
            cleaned = true;
        };
        co_await async::shield(clean_up);
        CHECK(cleaned);
        co_await w.clock.sleep_until(async::time_point(9s));
        beyond = true;
    });
    w.settle();
    s.cancel();
    w.settle();
    s.cancel();  // once more
    w.settle();
    CHECK(s.result() == "running");
    w.time->advance(1s);
    w.settle();
    w.time->advance(1s);
    CHECK(w.settle());
    CHECK(cleaned);
    CHECK(!beyond);
    CHECK(s.cancelled());
}

TEST_CASE("shield: a coroutine that has been cancelled already") {
    world w;
    bool cleaned = false;
    started s(w.context.get_executor(), [&]() -> awaitable<void> {
        try {
            co_await w.clock.sleep_until(async::time_point(1h));
        } catch (boost::system::system_error const&) {
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        auto const clean_up = [&]() -> awaitable<void> {
            co_await w.clock.sleep_until(async::time_point(1s));
            cleaned = true;
        };
        co_await async::shield(clean_up);
        co_await asio::this_coro::throw_if_cancelled(true);
        co_await w.clock.sleep_until(async::time_point(1h));
    });
    w.settle();
    s.cancel();
    w.settle();
    w.time->advance(1s);
    CHECK(w.settle());
    CHECK(cleaned);
    CHECK(s.cancelled());
}

CO_TEST("shield: its error is rethrown") {
    std::string text;
    auto const fail = []() -> awaitable<void> {
        co_await nap(100us);
        throw std::runtime_error("clean-up failed");
    };
    try {
        co_await async::shield(fail);
    } catch (std::runtime_error const& e) {
        text = e.what();
    }
    CHECK(text == "clean-up failed");
}

TEST_CASE("deadline: the limit cancels, waits and says timed_out") {
    world w;
    std::optional<errc> reason;
    bool stopped = false;
    started s(w.context.get_executor(), [&]() -> awaitable<void> {
        auto const slow = [&]() -> awaitable<void> {
            try {
                co_await w.clock.sleep_until(async::time_point(1h));
            } catch (boost::system::system_error const&) {
                stopped = true;
                throw;
            }
        };
        co_await reason_of(async::with_deadline(5s, slow), reason);
        CHECK(stopped);
    });
    w.settle();
    w.time->advance(4s);
    w.settle();
    CHECK(!stopped);
    w.time->advance(1s);
    CHECK(w.settle());
    CHECK(reason == errc::timed_out);
    CHECK(s.result() == "ok");
    CHECK(w.time->armed == async::never);
}

TEST_CASE("deadline: a result that races the limit wins, an error after it does not") {
    for (bool const fails : {false, true}) {
        world w;
        std::optional<errc> reason;
        started s(w.context.get_executor(), [&]() -> awaitable<void> {
            auto const slow = [&]() -> awaitable<void> {
                co_await asio::this_coro::throw_if_cancelled(false);
                try {
                    co_await w.clock.sleep_until(async::time_point(1h));
                } catch (boost::system::system_error const&) {
                }
                if (fails) throw std::runtime_error("because it was cancelled");
            };
            co_await reason_of(async::with_deadline(5s, slow), reason);
        });
        w.settle();
        w.time->advance(5s);
        CHECK(w.settle());
        CHECK(s.result() == "ok");
        CHECK(reason.has_value() == fails);
        if (fails) CHECK(*reason == errc::timed_out);
    }
}

TEST_CASE("deadline: errors pass, a cancel says cancelled, no time left starts nothing") {
    world w;
    std::optional<errc> reason;
    started fails(w.context.get_executor(), []() -> awaitable<void> {
        auto const body = []() -> awaitable<void> {
            throw std::runtime_error("mine");
            co_return;
        };
        co_await async::with_deadline(5s, body);
    });
    started cancelled(w.context.get_executor(), [&]() -> awaitable<void> {
        auto const body = [] { return async::sleep_for(1h); };
        co_await reason_of(async::with_deadline(5s, body), reason);
    });
    w.settle();
    CHECK(fails.result() == "mine");
    cancelled.cancel();
    CHECK(w.settle());
    CHECK(reason == errc::cancelled);

    bool ran = false;
    started late(w.context.get_executor(), [&]() -> awaitable<void> {
        auto const body = [&]() -> awaitable<void> {
            ran = true;
            co_return;
        };
        co_await reason_of(async::with_deadline(-1ns, body), reason);
    });
    CHECK(w.settle());
    CHECK(reason == errc::timed_out);
    CHECK(!ran);
}

TEST_CASE("sleep_for: on the context's clock; a cancel says cancelled") {
    world w;
    std::optional<errc> reason;
    started passes(w.context.get_executor(), []() -> awaitable<void> { co_await async::sleep_for(3s); });
    started stops(w.context.get_executor(), [&]() -> awaitable<void> { co_await reason_of(async::sleep_for(1h), reason); });
    w.settle();
    stops.cancel();
    w.time->advance(3s);
    CHECK(w.settle());
    CHECK(passes.result() == "ok");
    CHECK(reason == errc::cancelled);
}

namespace {

struct queue : world {
    async::semaphore semaphore{4};
    std::vector<async::semaphore::permit> held;
    std::string order;

    awaitable<void> take(char name, std::size_t count) {
        async::semaphore::permit p = co_await semaphore.acquire(count);
        order += name;
        held.push_back(std::move(p));
    }
    std::function<awaitable<void>()> taker(char name, std::size_t count) {
        return [this, name, count] { return take(name, count); };
    }
};

}  // namespace

TEST_CASE("semaphore: first come, first served; a large request blocks smaller ones behind it") {
    queue q;
    started a(q.context.get_executor(), q.taker('a', 3));
    started b(q.context.get_executor(), q.taker('b', 3));
    started c(q.context.get_executor(), q.taker('c', 1));
    q.settle();
    CHECK(q.order == "a");
    q.held.clear();
    CHECK(q.settle());
    CHECK(q.order == "abc");
}

TEST_CASE("semaphore: a large request that leaves lets those behind it in") {
    queue q;
    started a(q.context.get_executor(), q.taker('a', 3));
    started b(q.context.get_executor(), q.taker('b', 3));
    started c(q.context.get_executor(), q.taker('c', 1));
    q.settle();
    b.cancel();
    CHECK(q.settle());
    CHECK(q.order == "ac");
    CHECK(b.cancelled());
}

TEST_CASE("semaphore: permits handed to a waiter that is cancelled at the same moment are not lost") {
    queue q;
    started a(q.context.get_executor(), q.taker('a', 4));
    started b(q.context.get_executor(), [&]() -> awaitable<void> {
        co_await q.take('b', 4);
        q.held.clear();
        co_await async::sleep_for(1h);
    });
    q.settle();
    q.held.clear();  // hands to b
    b.cancel();
    q.settle();
    started c(q.context.get_executor(), q.taker('c', 4));
    CHECK(q.settle());
    CHECK(q.order.back() == 'c');
    CHECK(b.cancelled());
}

TEST_CASE("semaphore: more than there are in all is refused, nothing is always there") {
    queue q;
    std::optional<errc> reason;
    started a(q.context.get_executor(), [&]() -> awaitable<void> { co_await reason_of(q.take('a', 5), reason); });
    started b(q.context.get_executor(), q.taker('b', 0));
    CHECK(q.settle());
    CHECK(reason == errc::invalid_argument);
    CHECK(q.order == "b");
}

TEST_CASE("semaphore: a context may die under waiters and permits, in any order") {
    async::semaphore outer(1);
    {
        asio::io_context context(1);
        auto const hold = [&]() -> awaitable<void> {
            tracker const t;
            async::semaphore::permit const p = co_await outer.acquire();
            co_await nap(1h);
        };
        started a(context.get_executor(), hold);
        started b(asio::make_strand(context), hold);
        auto inner = std::make_unique<async::semaphore>(1);
        started c(context.get_executor(), [&]() -> awaitable<void> {
            async::semaphore::permit const p = co_await inner->acquire();
            co_await nap(1h);
        });
        context.poll();
        inner.reset();
    }
    CHECK(tracker::live == 0);
    asio::io_context context(1);
    started d(context.get_executor(), [&]() -> awaitable<void> { async::semaphore::permit const p = co_await outer.acquire(); });
    context.run();
    CHECK(d.result() == "ok");
}

TEST_CASE("semaphore: a context may die while a strand of its holds a coroutine with a permit") {
    {
        world w;  // its clock is there before the first strand
        async::semaphore s(1);
        auto const hold = [&]() -> awaitable<void> {
            async::semaphore::permit const p = co_await s.acquire();
            co_await nap(1ms);
        };
        std::list<started> all;
        for (int i = 0; i < 3; ++i) all.emplace_back(asio::make_strand(w.context), hold);
        w.settle();
        CHECK(tracker::live == 1);
        w.time->advance(1ms);  // the first is to go on, and never does
    }
    CHECK(tracker::live == 0);
}

TEST_CASE("semaphore: threads never hold more than there is, cancelled waiters lose nothing") {
    asio::io_context context(4);
    async::semaphore semaphore(3);
    std::atomic<int> held = 0;
    std::atomic<int> most = 0;
    std::atomic<int> passed = 0;
    std::atomic<int> out = 0;
    auto const worker = [&](std::size_t count) -> awaitable<void> {
        for (int i = 0; i < 50; ++i) {
            async::semaphore::permit p = co_await semaphore.acquire(count);
            int const now = held += static_cast<int>(count);
            if (now > most) most = now;
            if (i % 8 == 0) co_await nap(20us);
            held -= static_cast<int>(count);
            p.release();
        }
        ++passed;
    };
    auto const limited = [&](std::size_t count) -> awaitable<void> {
        auto const body = [&]() -> awaitable<void> { co_await worker(count); };
        try {
            co_await async::with_deadline(300us, body);
        } catch (error const& e) {
            if (e.reason() == errc::timed_out) ++out;
        }
    };
    std::list<std::function<awaitable<void>()>> bodies;
    for (std::size_t i = 0; i < 12; ++i) {
        bool const steady = i % 2 == 0;
        bodies.push_back([&, i, steady]() -> awaitable<void> {
            if (steady) {
                co_await worker(1 + i % 3);
            } else {
                co_await limited(1 + i % 3);
            }
        });
        asio::co_spawn(asio::make_strand(context), bodies.back(), [](std::exception_ptr e) { CHECK(!e); });
    }
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) threads.emplace_back([&] { context.run(); });
    for (std::thread& t : threads) t.join();
    CHECK(passed + out == 12);
    CHECK(passed >= 6);
    bool all_back = false;
    context.restart();
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            async::semaphore::permit const p = co_await semaphore.acquire(3);
            all_back = true;
        },
        [](std::exception_ptr) {});
    context.run();
    CHECK(all_back);
}
