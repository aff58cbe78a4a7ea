#include <sluice/async/runtime.hpp>

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/error.hpp>

#include "async/executor.hpp"
#include "support/drive.hpp"

#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

/// Tells when its context ends.
struct witness final : asio::execution_context::service {
    using key_type = witness;
    static inline asio::execution_context::id id;
    witness(asio::execution_context& context, std::atomic<bool>* gone) : service(context), gone_(gone) {}
    void shutdown() override { *gone_ = true; }
    std::atomic<bool>* gone_;
};

}  // namespace

TEST_CASE("runtime: run blocks until main has ended, on a thread of its own, marked single-threaded") {
    async::runtime runtime;
    CHECK(runtime.size() == 1);
    std::thread::id there;
    bool marked = false;
    runtime.run([&]() -> awaitable<void> {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        marked = async::single_threaded(executor) && executor == runtime.executor(0);
        co_await async::sleep_for(1ms);
        there = std::this_thread::get_id();
    });
    CHECK(marked);
    CHECK(there != std::thread::id());
    CHECK(there != std::this_thread::get_id());
}

TEST_CASE("runtime: an exception of main comes out of run, and it can be run again") {
    async::runtime runtime(2);
    auto const fail = []() -> awaitable<void> {
        co_await nap(100us);
        throw std::runtime_error("main");
    };
    CHECK_THROWS_WITH(runtime.run(fail), "main");
    bool ran = false;
    runtime.run([&]() -> awaitable<void> {
        ran = true;
        co_return;
    });
    CHECK(ran);
}

TEST_CASE("runtime: run_on_all runs on every thread") {
    async::runtime runtime(4);
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::set<std::size_t> indexes;
    runtime.run_on_all([&](std::size_t i) -> awaitable<void> {
        co_await nap(200us);
        std::lock_guard const lock(mutex);
        threads.insert(std::this_thread::get_id());
        indexes.insert(i);
    });
    CHECK(threads.size() == 4);
    CHECK(indexes == std::set<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("runtime: the first exception cancels the others and is rethrown") {
    async::runtime runtime(4);
    std::atomic<int> waiting = 0;
    std::atomic<int> stopped = 0;
    auto const work = [&](std::size_t i) -> awaitable<void> {
        if (i == 2) {
            while (waiting < 3) co_await nap(50us);
            throw std::runtime_error("two");
        }
        try {
            ++waiting;
            co_await nap(1h);
        } catch (boost::system::system_error const&) {
            ++stopped;
            throw;
        }
    };
    CHECK_THROWS_WITH(runtime.run_on_all(work), "two");
    CHECK(stopped == 3);
    CHECK(tracker::live == 0);
}

TEST_CASE("runtime: children of one group on every context, joined by the one that began it") {
    async::runtime runtime(3);
    std::vector<asio::any_io_executor> const contexts = runtime.executors();
    REQUIRE(contexts.size() == 3);
    std::atomic<int> right = 0, ended = 0;
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < 30; ++i) {
            asio::any_io_executor const& on = contexts[static_cast<std::size_t>(i) % 3];
            auto const child = [&right, &ended, on]() -> awaitable<void> {
                asio::any_io_executor const here = co_await asio::this_coro::executor;
                if (here == on) ++right;
                co_await nap(1ms);
                ++ended;
            };
            group.spawn_on(on, child);
        }
        co_return;
    };
    for (int round = 0; round < 10; ++round) {
        right = ended = 0;
        runtime.run([&]() -> awaitable<void> { co_await async::with_task_group(body); });
        CHECK(right == 30);
        CHECK(ended == 30);
    }
}

TEST_CASE("runtime: a child's failure cancels its siblings on other contexts, and so does a cancel of the group's own coroutine") {
    async::runtime runtime(3);
    std::vector<asio::any_io_executor> const contexts = runtime.executors();
    std::atomic<int> begun = 0, left = 0;
    std::atomic<bool> fails = true;
    auto const wait = [&]() -> awaitable<void> {
        ++begun;
        try {
            co_await nap(1h);
        } catch (boost::system::system_error const&) {
            ++left;
            throw;
        }
    };
    auto const fail_when_all_wait = [&]() -> awaitable<void> {
        while (begun < 9) co_await nap(1ms);
        if (fails) throw std::runtime_error("one");
        runtime.cancel();
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < 9; ++i) group.spawn_on(contexts[i % 3], [&] { return wait(); });
        group.spawn_on(contexts[1], [&] { return fail_when_all_wait(); });
        co_return;
    };
    auto const main = [&]() -> awaitable<void> { co_await async::with_task_group(body); };
    CHECK_THROWS_WITH(runtime.run(main), "one");
    CHECK(left == 9);
    begun = left = 0;
    fails = false;
    CHECK_THROWS_AS(runtime.run(main), error);
    CHECK(left == 9);
}

TEST_CASE("runtime: cancel from another thread") {
    async::runtime runtime(2);
    std::atomic<bool> running = false;
    std::thread other([&] {
        while (!running) std::this_thread::yield();
        runtime.cancel();
    });
    bool cancelled = false;
    try {
        runtime.run([&]() -> awaitable<void> {
            auto const body = [&](async::task_group& group) -> awaitable<void> {
                group.spawn([] { return nap(1h); });
                running = true;
                co_await nap(1h);
            };
            co_await async::with_task_group(body);
        });
    } catch (boost::system::system_error const& e) {
        cancelled = e.code() == errc::cancelled;
    }
    other.join();
    CHECK(cancelled);
    CHECK(tracker::live == 0);
}

TEST_CASE("runtime: the destructor waits for what was started on its executors") {
    std::atomic<int> ended = 0;
    {
        async::runtime runtime(3);
        for (std::size_t i = 0; i < 3; ++i) {
            asio::co_spawn(
                runtime.executor(i), [] { return nap(2ms); }, [&](std::exception_ptr) { ++ended; });
        }
    }
    CHECK(ended == 3);
}

TEST_CASE("runtime: made and destroyed many times, used or not") {
    for (int i = 0; i < 50; ++i) {
        async::runtime runtime(1 + static_cast<std::size_t>(i) % 4);
        if (i % 2 == 0) continue;
        runtime.run_on_all([](std::size_t) -> awaitable<void> { co_return; });
    }
}

TEST_CASE("runtime: a context that was stopped by a user lives until the runtime's end") {
    std::atomic<bool> gone = false;
    {
        async::runtime runtime(1);
        asio::io_context& context = static_cast<asio::io_context&>(asio::query(runtime.executor(0), asio::execution::context));
        asio::make_service<witness>(context, &gone);
        context.stop();
        for (int i = 0; i < 10 && !gone; ++i) std::this_thread::sleep_for(2ms);  // for its thread to go on, if it would
        CHECK_FALSE(gone);
    }
    CHECK(gone);
}
