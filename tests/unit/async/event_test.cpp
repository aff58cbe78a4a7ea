#include "async/event.hpp"

#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using async::wake;
namespace asio = boost::asio;

namespace {

struct fixture : world {
    std::mutex mutex;
    async::event event;
    std::string order;

    awaitable<void> waiter(char name, async::time_point deadline = async::never, bool* arrived = nullptr) {
        tracker const t;
        std::unique_lock lock(mutex);
        wake const woken = co_await event.wait(lock, deadline, arrived);
        CHECK(!lock.owns_lock());
        order += name;
        if (woken == wake::deadline) order += '!';
    }
};

constexpr async::time_point at(std::chrono::nanoseconds t) { return async::time_point(t); }

}  // namespace

TEST_CASE("waiters are woken first in, first out, and never inside notify") {
    fixture w;
    std::list<started> all;
    for (char const c : {'a', 'b', 'c'}) all.emplace_back(w.context.get_executor(), [&w, c] { return w.waiter(c); });
    CHECK(!w.settle());  // a waiter without a deadline keeps the context running
    CHECK(w.event.notify_one());
    CHECK(w.order.empty());
    w.settle();
    CHECK(w.order == "a");
    w.event.notify_all();
    CHECK(w.settle());
    CHECK(w.order == "abc");
    CHECK(!w.event.notify_one());
    CHECK(w.time->arms == 0);
}

TEST_CASE("a deadline wakes a waiter that was not notified") {
    fixture w;
    started a(w.context.get_executor(), [&] { return w.waiter('a', at(5s)); });
    started b(w.context.get_executor(), [&] { return w.waiter('b', at(9s)); });
    w.settle();
    w.time->advance(5s);
    w.settle();
    CHECK(w.order == "a!");
    CHECK(w.event.notify_one());
    CHECK(w.settle());
    CHECK(w.order == "a!b");
    CHECK(w.time->armed == async::never);
}

TEST_CASE("a cancelled waiter leaves the queue") {
    fixture w;
    bool arrived = false;
    started a(w.context.get_executor(), [&] { return w.waiter('a', async::never, &arrived); });
    started b(w.context.get_executor(), [&] { return w.waiter('b'); });
    w.settle();
    a.cancel();
    w.settle();
    CHECK(w.event.notify_one());
    CHECK(w.settle());
    CHECK(w.order == "b");
    CHECK(a.cancelled());
    CHECK(!arrived);
}

TEST_CASE("of notify and cancel the first wins: the wait returns, the next await throws") {
    fixture w;
    bool arrived = false;
    bool beyond = false;
    started a(w.context.get_executor(), [&]() -> awaitable<void> {
        co_await w.waiter('a', async::never, &arrived);
        co_await w.clock.sleep_until(at(1s));
        beyond = true;
    });
    w.settle();
    CHECK(w.event.notify_one());
    a.cancel();
    CHECK(w.settle());
    CHECK(w.order == "a");
    CHECK(arrived);
    CHECK(!beyond);
    CHECK(a.cancelled());
}

TEST_CASE("of notify and deadline the first wins") {
    fixture w;
    started a(w.context.get_executor(), [&] { return w.waiter('a', at(1s)); });
    started b(w.context.get_executor(), [&] { return w.waiter('b', at(1s)); });
    w.settle();
    CHECK(w.event.notify_one());
    w.time->advance(1s);
    CHECK(!w.event.notify_one());
    CHECK(w.settle());
    CHECK(w.order == "ab!");
}

TEST_CASE("a cancel pending before the wait throws in front of it and leaves the lock held") {
    fixture w;
    bool held = false;
    bool thrown = false;
    started a(w.context.get_executor(), [&]() -> awaitable<void> {
        std::unique_lock lock(w.mutex);
        a.cancel();
        try {
            co_await w.event.wait(lock);
        } catch (boost::system::system_error const&) {
            thrown = true;
        }
        held = lock.owns_lock();
        co_await asio::this_coro::throw_if_cancelled(false);
    });
    CHECK(w.settle());
    CHECK(thrown);
    CHECK(held);
}

TEST_CASE("waiters die with their context, whoever owns the event") {
    async::event outer;
    std::mutex mutex;
    {
        asio::io_context context(1);
        started a(context.get_executor(), [&]() -> awaitable<void> {
            tracker const t;
            std::unique_lock lock(mutex);
            co_await outer.wait(lock, async::time_point::max() - 1h);
        });
        started b(asio::make_strand(context), [&]() -> awaitable<void> {
            tracker const t;
            async::event inner;
            std::unique_lock lock(mutex);
            co_await inner.wait(lock);
        });
        context.poll();
        CHECK(tracker::live == 2);
    }
    CHECK(tracker::live == 0);
    CHECK(!outer.notify_one());
}

namespace {

/// A queue between coroutines of several contexts and threads; every item must come out once, whatever is cancelled or times out.
struct mailbox {
    std::mutex mutex;
    async::event ready;
    std::deque<int> items;
    std::atomic<int> taken = 0;
    std::atomic<int> ended = 0;
    int total = 0;

    void put(int item) {
        {
            std::lock_guard const lock(mutex);
            items.push_back(item);
        }
        ready.notify_one();
    }

    awaitable<void> consume(unsigned seed) {
        std::mt19937 random(seed);
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        async::clock& clock = async::clock::of(executor);
        while (taken < total) {
            std::unique_lock lock(mutex);
            if (!items.empty()) {
                items.pop_front();
                if (++taken == total) ready.notify_all();
                continue;
            }
            co_await ready.wait(lock, clock.now() + std::chrono::microseconds(random() % 300));
        }
        ++ended;
    }
};

}  // namespace

TEST_CASE("an event shared by contexts and threads loses nothing") {
    mailbox box;
    box.total = 4000;
    asio::io_context one(1);
    asio::io_context four(4);
    std::list<started> consumers;
    for (unsigned i = 0; i < 4; ++i) consumers.emplace_back(one.get_executor(), [&box, i] { return box.consume(i); });
    for (unsigned i = 0; i < 8; ++i) consumers.emplace_back(asio::make_strand(four), [&box, i] { return box.consume(90 + i); });
    std::vector<std::thread> threads;
    threads.emplace_back([&] { one.run(); });
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { four.run(); });
    for (int i = 0; i < box.total; ++i) {
        box.put(i);
        if (i % 64 == 0) std::this_thread::yield();
    }
    for (std::thread& t : threads) t.join();
    CHECK(box.taken == box.total);
    CHECK(box.ended == 12);
}

TEST_CASE("notify, deadline and cancel race on four threads: each wait ends once") {
    asio::io_context context(4);
    std::mutex mutex;
    async::event event;
    std::atomic<int> ended = 0;
    constexpr int rounds = 300;
    struct one {
        explicit one(asio::io_context& c) : strand(asio::make_strand(c)) {}
        asio::strand<asio::io_context::executor_type> strand;
        asio::cancellation_signal signal;
        bool running = true;
    };
    std::list<one> all;
    auto const body = [&](int i) -> awaitable<void> {
        tracker const t;
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        async::clock& clock = async::clock::of(executor);
        std::unique_lock lock(mutex);
        co_await event.wait(lock, clock.now() + std::chrono::microseconds(i % 50 * 20));
    };
    for (int i = 0; i < rounds; ++i) {
        one& o = all.emplace_back(context);
        auto const run = [&body, i] { return body(i); };
        asio::co_spawn(o.strand, run, asio::bind_cancellation_slot(o.signal.slot(), [&](std::exception_ptr) {
                           o.running = false;
                           ++ended;
                       }));
        asio::post(context, [&] { event.notify_one(); });
        asio::post(o.strand, [&o] {
            if (o.running) o.signal.emit(asio::cancellation_type::terminal);
        });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
    for (std::thread& t : threads) t.join();
    CHECK(ended == rounds);
    CHECK(tracker::live == 0);
}

TEST_CASE("a context may die while another notifies its waiters") {
    for (int round = 0; round < 30; ++round) {
        std::mutex mutex;
        async::event event;
        std::atomic<bool> stop = false;
        std::thread notifier([&] {
            while (!stop) event.notify_one();
        });
        {
            asio::io_context context(1);
            auto const body = [&]() -> awaitable<void> {
                tracker const t;
                for (;;) {
                    std::unique_lock lock(mutex);
                    co_await event.wait(lock);
                }
            };
            std::list<started> all;
            for (int i = 0; i < 10; ++i) all.emplace_back(context.get_executor(), body);
            context.poll();
        }
        stop = true;
        notifier.join();
        CHECK(tracker::live == 0);
    }
}
