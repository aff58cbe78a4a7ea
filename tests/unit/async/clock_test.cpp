#include "async/clock.hpp"

#include "async/timer_heap.hpp"
#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

struct bell final : async::clock::alarm {
    explicit bell(async::clock& c) : alarm(c) {}
    ~bell() override { clear(); }
    void ring() noexcept override {
        ++rings;
        if (again > 0ns) set(async::time_point(at += again));
    }
    std::atomic<int> rings = 0;
    std::chrono::nanoseconds again{0};
    std::chrono::nanoseconds at{0};
};

constexpr async::time_point at(std::chrono::nanoseconds t) { return async::time_point(t); }

}  // namespace

TEST_CASE("a limit of zero, or one beyond the end of time, is no limit") {
    CHECK(async::limit_after(at(5s), 3s) == at(8s));
    CHECK(async::limit_after(at(5s), 0s) == async::never);
    CHECK(async::limit_after(at(5s), std::chrono::nanoseconds::max()) == async::never);
}

TEST_CASE("the heap yields its alarms in order whatever was moved or removed") {
    world w;
    std::mt19937 random(3);
    for (int round = 0; round < 50; ++round) {
        async::timer_heap heap;
        std::vector<std::unique_ptr<bell>> bells;
        std::vector<int> keys;
        for (int i = 0; i < 40; ++i) {
            bells.push_back(std::make_unique<bell>(w.clock));
            keys.push_back(static_cast<int>(random() % 30));
            heap.place(*bells.back(), at(std::chrono::seconds(keys.back())));
        }
        for (std::size_t i = 0; i < 20; ++i) {
            if (i % 2 == 0) {
                heap.remove(*bells[i]);
                keys[i] = -1;
            } else {
                keys[i] = static_cast<int>(random() % 30);
                heap.place(*bells[i], at(std::chrono::seconds(keys[i])));
            }
        }
        std::erase(keys, -1);
        std::sort(keys.begin(), keys.end());
        std::vector<int> seen;
        while (!heap.empty()) {
            seen.push_back(static_cast<int>(heap.top().key.time_since_epoch() / 1s));
            heap.remove(*heap.top().item);
        }
        CHECK(seen == keys);
    }
}

TEST_CASE("an alarm rings once, when its time has come") {
    world w;
    bell b(w.clock);
    b.set(at(10s));
    w.time->advance(9s);
    CHECK(b.rings == 0);
    w.time->advance(1s);
    CHECK(b.rings == 1);
    w.time->advance(100s);
    CHECK(b.rings == 1);
}

TEST_CASE("an alarm moved later does not re-arm and does not ring early") {
    world w;
    bell b(w.clock);
    b.set(at(10s));
    for (int i = 11; i < 100; ++i) b.set(at(std::chrono::seconds(i)));
    CHECK(w.time->arms == 1);
    w.time->advance(10s);
    CHECK(b.rings == 0);
    CHECK(w.time->armed == at(99s));
    w.time->advance(89s);
    CHECK(b.rings == 1);
}

TEST_CASE("an alarm moved earlier rings earlier") {
    world w;
    bell b(w.clock);
    b.set(at(10s));
    b.set(at(4s));
    CHECK(w.time->armed == at(4s));
    w.time->advance(4s);
    CHECK(b.rings == 1);
}

TEST_CASE("an alarm that was cleared, or set to never, does not ring and keeps nothing running") {
    for (bool const clear : {true, false}) {
        world w;
        bell b(w.clock);
        b.set(at(10s));
        if (clear) {
            b.clear();
        } else {
            b.set(async::never);
        }
        CHECK(w.time->armed == at(10s));
        w.settle();
        CHECK(w.time->armed == async::never);
        w.time->advance(20s);
        CHECK(b.rings == 0);
        b.set(at(30s));
        w.time->advance(10s);
        CHECK(b.rings == 1);
    }
}

TEST_CASE("an alarm may set itself again while it rings") {
    world w;
    bell b(w.clock);
    b.again = 2s;
    b.at = 2s;
    b.set(at(2s));
    for (int i = 0; i < 10; ++i) w.time->advance(1s);
    CHECK(b.rings == 5);
    b.again = -1ns;
    b.set(async::never);
}

TEST_CASE("an alarm that sets itself to a time that has passed rings once a tick") {
    world w;
    bell b(w.clock);
    b.again = 1ns;
    b.set(at(1s));
    w.time->advance(10s);
    CHECK(b.rings == 1);
    w.time->advance(1s);
    CHECK(b.rings == 2);
}

TEST_CASE("sleepers wake in order of their times") {
    world w;
    std::string order;
    auto const sleeper = [&](std::chrono::seconds t, char name) -> awaitable<void> {
        co_await w.clock.sleep_until(at(t));
        order += name;
    };
    started c(w.context.get_executor(), [&] { return sleeper(3s, 'c'); });
    started a(w.context.get_executor(), [&] { return sleeper(1s, 'a'); });
    started b(w.context.get_executor(), [&] { return sleeper(2s, 'b'); });
    CHECK(!w.settle());
    for (int i = 0; i < 3; ++i) {
        w.time->advance(1s);
        w.settle();
    }
    CHECK(order == "abc");
    CHECK(w.settle());
}

TEST_CASE("a cancelled sleep throws aborted, and the clock is disarmed") {
    world w;
    started s(w.context.get_executor(), [&]() -> awaitable<void> { co_await w.clock.sleep_until(at(1h)); });
    w.settle();
    CHECK(w.time->armed == at(1h));
    s.cancel();
    CHECK(s.result() == "running");  // never from inside emit
    CHECK(w.settle());
    CHECK(s.cancelled());
    CHECK(w.time->armed == async::never);
}

TEST_CASE("a cancel that comes after the time lets the sleep return; the next await throws") {
    world w;
    bool slept = false;
    started s(w.context.get_executor(), [&]() -> awaitable<void> {
        co_await w.clock.sleep_until(at(1s));
        slept = true;
        co_await w.clock.sleep_until(at(2s));
    });
    w.settle();
    w.time->advance(1s);
    s.cancel();
    CHECK(w.settle());
    CHECK(slept);
    CHECK(s.cancelled());
}

TEST_CASE("a sleeper that sleeps again at once does not disarm the clock in between") {
    world w;
    started s(w.context.get_executor(), [&]() -> awaitable<void> {
        for (int i = 1; i <= 10; ++i) co_await w.clock.sleep_until(at(std::chrono::seconds(i)));
    });
    for (int i = 0; i < 10; ++i) {
        w.settle();
        w.time->advance(1s);
    }
    CHECK(w.settle());
    CHECK(s.result() == "ok");
    CHECK(w.time->disarms == 0);
}

TEST_CASE("coroutines that sleep are destroyed with their context") {
    {
        asio::io_context context(1);
        started a(context.get_executor(), [] { return nap(1h); });
        started b(asio::make_strand(context), [] { return nap(1h); });
        context.poll();
        CHECK(tracker::live == 2);
    }
    CHECK(tracker::live == 0);
}

TEST_CASE("an alarm may outlive the context") {
    auto context = std::make_unique<asio::io_context>(1);
    bell b(async::clock::of(context->get_executor()));
    b.set(async::clock::of(context->get_executor()).now() + 1h);
    context.reset();
    b.set(async::time_point{});
    CHECK(b.rings == 0);
}

CO_TEST("real time: a sleep lasts at least as long as asked, run() returns after the last") {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    async::time_point const start = clock.now();
    co_await clock.sleep_until(start + 3ms);
    CHECK(clock.now() - start >= 3ms);
    CHECK(clock.wall() > async::wall_time(1'600'000'000s));
    co_await clock.sleep_until(start);  // passed: suspends once, returns
}

TEST_CASE("an alarm moved by one thread while others ring is never lost") {
    asio::io_context context(4);
    async::clock& clock = async::clock::of(context.get_executor());
    bell b(clock);
    bell keeper(clock);  // keeps the context running
    keeper.set(clock.now() + 1h);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { context.run(); });
    for (int i = 0; i < 3000; ++i) b.set(clock.now() + std::chrono::microseconds(i % 7 * 3));
    int const before = b.rings;
    async::time_point const last = clock.now();
    b.set(last + 1ms);
    while (b.rings == before && clock.now() < last + 5s) std::this_thread::yield();
    CHECK(b.rings > before);
    b.set(clock.now() + 1h);
    b.clear();
    keeper.clear();
    for (std::thread& t : threads) t.join();
}
