#include "async/blocking.hpp"
#include "async/entropy.hpp"
#include "async/executor.hpp"
#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <sluice/async/runtime.hpp>

#include <doctest/doctest.h>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <latch>
#include <list>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

TEST_CASE("an executor is found under any number of strands") {
    asio::io_context context(1);
    asio::any_io_executor const plain = context.get_executor();
    CHECK(async::base_executor(plain) == plain);
    CHECK(async::base_executor(asio::make_strand(context)) == plain);
    CHECK(async::base_executor(asio::make_strand(plain)) == plain);
    CHECK(async::base_executor(asio::make_strand(asio::any_io_executor(asio::make_strand(context)))) == plain);
    asio::thread_pool pool(1);
    CHECK(async::base_executor(asio::make_strand(pool)) == asio::any_io_executor(pool.get_executor()));
}

TEST_CASE("a context is single-threaded when it was said to be") {
    asio::io_context context(1);
    CHECK(!async::single_threaded(context.get_executor()));
    async::assume_single_threaded(context);
    async::assume_single_threaded(context);
    CHECK(async::single_threaded(asio::make_strand(context)));
}

TEST_CASE("a context is kept to the thread that said so") {
    asio::io_context context(1);
    asio::any_io_executor const executor = context.get_executor();
    CHECK(!async::kept_to_this_thread(executor));
    async::keep_to_this_thread(context);
    CHECK(async::kept_to_this_thread(asio::make_strand(context)));
    CHECK(async::single_threaded(executor));
    bool elsewhere = true;
    std::thread([&] { elsewhere = async::kept_to_this_thread(executor); }).join();
    CHECK(!elsewhere);
}

TEST_CASE("a runtime keeps each of its contexts to its thread") {
    async::runtime two(2);
    std::atomic<int> kept = 0;
    two.run_on_all([&](std::size_t) -> awaitable<void> {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        kept += async::kept_to_this_thread(executor) ? 1 : 0;
    });
    CHECK(kept == 2);
    CHECK(!async::kept_to_this_thread(two.executor(0)));
}

TEST_CASE("entropy: seeded it repeats itself, unseeded it does not") {
    asio::io_context a(1);
    asio::io_context b(1);
    async::entropy& left = async::entropy::of(a.get_executor());
    async::entropy& right = async::entropy::of(b.get_executor());
    CHECK(left.next() != right.next());
    CHECK(left.id_text() != left.id_text());
    left.seed(42);
    right.seed(42);
    for (int i = 0; i < 100; ++i) CHECK(left.next() == right.next());
    double sum = 0;
    for (int i = 0; i < 10000; ++i) {
        double const f = left.fraction();
        REQUIRE(f >= 0);
        REQUIRE(f < 1);
        sum += f;
    }
    CHECK(sum == doctest::Approx(5000).epsilon(0.03));
    std::string const id = left.id_text();
    CHECK(id.size() == 32);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
}

TEST_CASE("entropy: threads never draw the same number") {
    asio::io_context context(4);
    async::entropy& source = async::entropy::of(context.get_executor());
    std::vector<std::vector<std::uint64_t>> drawn(4);
    std::vector<std::thread> threads;
    for (auto& mine : drawn) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) mine.push_back(source.next());
        });
    }
    for (std::thread& t : threads) t.join();
    std::set<std::uint64_t> all;
    for (auto const& mine : drawn) all.insert(mine.begin(), mine.end());
    CHECK(all.size() == 4000);
}

CO_TEST("blocking work runs elsewhere and its awaiter resumes at home") {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    std::thread::id there;
    auto const work = [&there] { there = std::this_thread::get_id(); };
    co_await async::blocking::of(executor).run(work);
    CHECK(there != std::thread::id());
    CHECK(there != std::this_thread::get_id());
}

CO_TEST("what blocking work owns is gone when its awaiter resumes") {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto owned = std::make_shared<int>(1);
    std::weak_ptr<int> const watch = owned;
    std::function<void()> work = [o = std::move(owned)] { *o = 2; };
    co_await async::blocking::of(executor).run(std::move(work));
    CHECK(watch.expired());
}

TEST_CASE("blocking work that waits for a thread can be cancelled, work that runs cannot") {
    asio::io_context context(1);
    async::blocking& pool = async::blocking::of(context.get_executor());
    std::latch begun(4);
    std::latch go(1);
    std::atomic<int> ran = 0;
    std::list<started> busy;
    auto const work = [&] {
        begun.count_down();
        go.wait();
        ++ran;
    };
    auto const body = [&]() -> awaitable<void> {
        co_await pool.run(work);
        ran += 100;
    };
    for (int i = 0; i < 4; ++i) busy.emplace_back(context.get_executor(), body);
    context.poll();
    begun.wait();
    bool never_ran = true;
    auto const late = [&] { never_ran = false; };
    started queued(context.get_executor(), [&]() -> awaitable<void> { co_await pool.run(late); });
    context.poll();
    queued.cancel();
    for (started& s : busy) s.cancel();
    context.poll();
    CHECK(queued.cancelled());
    CHECK(busy.front().result() == "running");
    go.count_down();
    context.restart();
    context.run();
    CHECK(ran == 404);
    CHECK(never_ran);
    for (started& s : busy) CHECK(s.result() == "ok");
}

namespace {

/// Opens its gate when the context begins to die: a service made last is the first to be shut down.
struct gate final : asio::execution_context::service {
    using key_type = gate;
    static inline asio::execution_context::id id;
    explicit gate(asio::execution_context& context) : service(context) {}
    void shutdown() override { dying->count_down(); }
    std::latch* dying = nullptr;
};

}  // namespace

TEST_CASE("a dying context joins running work and drops what has not begun") {
    std::atomic<int> ran = 0;
    std::latch begun(4);
    std::latch go(1);
    {
        asio::io_context context(1);
        auto const work = [&] {
            begun.count_down();
            go.wait();
            ++ran;
        };
        auto const never_runs = [&] { ran += 100; };
        auto const body = [&](bool first) -> awaitable<void> {
            tracker const t;
            asio::any_io_executor const executor = co_await asio::this_coro::executor;
            async::blocking& pool = async::blocking::of(executor);
            if (first) {
                co_await pool.run(work);
            } else {
                co_await pool.run(never_runs);
            }
        };
        std::list<started> all;
        for (int i = 0; i < 4; ++i) all.emplace_back(context.get_executor(), [&] { return body(true); });
        context.poll();
        begun.wait();
        for (int i = 0; i < 4; ++i) all.emplace_back(asio::make_strand(context), [&] { return body(false); });
        context.poll();
        CHECK(tracker::live == 8);
        asio::use_service<gate>(context).dying = &go;
    }
    CHECK(ran % 100 == 4);
    CHECK(tracker::live == 0);
}

TEST_CASE("launched work keeps nothing running but is joined") {
    std::atomic<bool> ended = false;
    std::latch begun(1);
    std::latch go(1);
    {
        asio::io_context context(1);
        async::blocking::of(context.get_executor()).launch([&] {
            begun.count_down();
            go.wait();
            ended = true;
        });
        begun.wait();
        context.run();
        asio::use_service<gate>(context).dying = &go;
    }
    CHECK(ended);
}
