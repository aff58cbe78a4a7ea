// One pool, four threads: coroutines that each run on a strand of their own share three connections.
#include "story.hpp"

#include <sluice/testing/script_server.hpp>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <deque>
#include <thread>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr int threads = 4, chains = 24, requests = 12;

/// Coroutines side by side; some of them cancel their neighbour in the middle of what it does.
class crowd {
public:
    explicit crowd(std::uint16_t port) {
        to_.host = "127.0.0.1";
        to_.port = port;
        how_.pool.max_connections = 3;
        how_.limits.pool_wait = 60s;
    }

    void run() {
        for (int i = 0; i < chains; ++i) strands_.push_back(asio::make_strand(context_));
        for (int i = 0; i < chains; ++i) all_.emplace_back(strands_[static_cast<std::size_t>(i)], [this, i] { return chain(i); });
        std::vector<std::thread> others;
        for (int i = 1; i < threads; ++i) others.emplace_back([&] { context_.run_for(60s); });
        context_.run_for(60s);
        for (std::thread& t : others) t.join();
        REQUIRE(context_.stopped());
    }

    http::pool_core::counts counts() { return http::pool::of(context_.get_executor()).count(); }
    int ended(std::string_view how) const {
        int n = 0;
        for (started const& one : all_) n += one.result() == how ? 1 : 0;
        return n;
    }

    std::atomic<int> astray = 0;

private:
    awaitable<void> chain(int number) {
        for (int i = 0; i < requests; ++i) {
            http::request const get = request_of("GET", "/" + std::to_string(number) + "/" + std::to_string(i));
            seen const out = co_await exchange_once(&to_, &get, &how_, how_read::pieces, 1000);
            if (out.why || out.body != get.target) ++astray;
            if (i == 4 && number % 3 == 0) cancel(number + 1);
        }
    }

    void cancel(int number) {
        std::size_t const n = static_cast<std::size_t>(number);
        asio::post(strands_[n], [this, n] { all_[n].cancel(); });
    }

    asio::io_context context_{threads};
    std::vector<asio::strand<asio::io_context::executor_type>> strands_;
    std::deque<started> all_;
    net::origin to_;
    http::send_options how_;
};

}  // namespace

TEST_CASE("pool threads: no answer goes astray, and every place comes back") {
    testing::script_server server([](testing::received_request const& r) { return testing::scripted_reply::ok(r.target); });
    crowd all(server.port());
    all.run();
    CHECK(all.astray == 0);
    CHECK(all.ended("ok") + all.ended("aborted") == chains);
    CHECK(all.ended("aborted") > 0);
    http::pool_core::counts const after = all.counts();
    CHECK(after.waiting == 0);
    CHECK(after.open == after.idle);
    CHECK(after.open <= 3);
    CHECK(after.reused > 100);
    CHECK(server.errors().empty());
}
