#include "net/dns_cache.hpp"

#include "support/cancelling.hpp"
#include "support/co_test.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace sluice;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using addresses = std::vector<std::string>;

/// A resolver under the test's control: it answers when told to.
class slow_resolver {
public:
    net::resolved operator()(std::string const& host) {
        ++questions;
        std::unique_lock lock(mutex_);
        answering_.wait(lock, [&] { return answers_; });
        net::resolved r;
        if (host == "bad")
            r.problem = "no such name";
        else
            r.addresses = {"10.0.0.1"};
        return r;
    }
    void answer() {
        std::lock_guard const lock(mutex_);
        answers_ = true;
        answering_.notify_all();
    }
    std::atomic<int> questions = 0;

private:
    std::mutex mutex_;
    std::condition_variable answering_;
    bool answers_ = false;
};

/// Answers at the end of the test, however that comes: the pool is joined with the context.
struct answer_at_exit {
    slow_resolver& r;
    ~answer_at_exit() { r.answer(); }
};

awaitable<net::dns_cache*> its_cache() {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_return &net::dns_cache::of(executor);
}

awaitable<async::time_point> in(std::chrono::milliseconds span) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_return async::clock::of(executor).now() + span;
}

}  // namespace

CO_TEST("dns_cache: localhost through the system's resolver") {
    net::dns_cache* const cache = co_await its_cache();
    result<addresses> const found = co_await cache->resolve("localhost", async::never);
    REQUIRE(found.has_value());
    bool const loopback = std::ranges::count(found.value(), "127.0.0.1") == 1 || std::ranges::count(found.value(), "::1") == 1;
    CHECK(loopback);
}

CO_TEST("dns_cache: a failure names the host and the resolver's reason, and what to check") {
    net::dns_cache* const cache = co_await its_cache();
    slow_resolver resolver;
    resolver.answer();
    cache->ask_with(std::ref(resolver));
    for (int i = 0; i < 3; ++i) {
        result<addresses> const found = co_await cache->resolve("bad", async::never);
        REQUIRE(found.has_error());
        CHECK(found.error().reason() == errc::unreachable);
        CHECK(found.error().info().detail.find("\"bad\": no such name; check") != std::string::npos);
    }
    CHECK(resolver.questions == 1);
}

CO_TEST("dns_cache: a resolver that throws is a failure") {
    net::dns_cache* const cache = co_await its_cache();
    cache->ask_with([](std::string const&) -> net::resolved { throw std::runtime_error("out of order"); });
    result<addresses> const found = co_await cache->resolve("x", async::never);
    REQUIRE(found.has_error());
    CHECK(found.error().info().detail.find("out of order") != std::string::npos);
}

CO_TEST("dns_cache: a waiter leaves at its deadline, the lookup goes on and serves the next") {
    net::dns_cache* const cache = co_await its_cache();
    slow_resolver resolver;
    answer_at_exit const end{resolver};
    cache->ask_with(std::ref(resolver));
    async::time_point const deadline = co_await in(5ms);
    result<addresses> const late = co_await cache->resolve("slow", deadline);
    REQUIRE(late.has_error());
    CHECK(late.error().reason() == errc::timed_out);
    resolver.answer();
    result<addresses> const found = co_await cache->resolve("slow", async::never);
    REQUIRE(found.has_value());
    CHECK(found.value() == addresses{"10.0.0.1"});
    CHECK(resolver.questions == 1);
}

CO_TEST("dns_cache: a waiter that is cancelled leaves the lookup to the others") {
    net::dns_cache* const cache = co_await its_cache();
    slow_resolver resolver;
    answer_at_exit const end{resolver};
    cache->ask_with(std::ref(resolver));
    auto const ask = [&]() -> awaitable<void> {
        result<addresses> const found = co_await cache->resolve("slow", async::never);
        CHECK(found.has_error());
    };
    for (int i = 0; i < 3; ++i) {
        bool const stopped = co_await test::cancelled(ask);
        CHECK(stopped);
    }
    resolver.answer();
    result<addresses> const found = co_await cache->resolve("slow", async::never);
    CHECK(found.has_value());
    CHECK(resolver.questions == 1);
}
