// One context that four threads run, a store over sockets, and a crowd that reads, writes and is cancelled.
#include "http/pool.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/s3_server.hpp>

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <exception>
#include <string>
#include <thread>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 4, clients = 32, rounds = 6;

std::shared_ptr<object_store> store_on(testing::s3_server const& server) {
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = server.endpoint();
    testing::s3_server_options const known;
    settings.credentials = static_credentials(credentials(known.access_key, known.secret_key));
    settings.pool.max_connections = 6;
    return make_s3_store(settings);
}

/// Writes its own object, and reads what it wrote.
awaitable<void> client(std::shared_ptr<object_store> store, int number, std::atomic<int>* right) {
    std::string const key = "k" + std::to_string(number);
    for (int i = 0; i < rounds; ++i) {
        std::string const content = key + " round " + std::to_string(i);
        payload data(content);
        co_await store->put(key, std::move(data));
        whole_object const got = co_await get_all(store, key);
        if (got.data.text() == content) ++*right;
    }
}

/// One that is cancelled in the middle of it.
awaitable<void> cancelled_client(std::shared_ptr<object_store> store, int number, std::atomic<int>* right) {
    auto body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&] { return client(store, number, right); });
        whole_object const one = co_await get_all(store, "there");
        if (one.data.text() == "before") ++*right;
        group.cancel();
    };
    try {
        co_await async::with_task_group(body);
    } catch (boost::system::system_error const& e) {
        if (e.code() != errc::cancelled) throw;
    }
}

}  // namespace

TEST_CASE("load: a context run by four threads: each client reads what it wrote, cancels touch nobody else, all places come back") {
    testing::s3_server server;
    server.put("bucket", "there", "before");
    std::shared_ptr<object_store> store = store_on(server);
    std::atomic<int> right = 0, cut = 0;
    auto crowd = [&](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < clients; ++i) {
            if (i % 4 == 0)
                group.spawn([&, i] { return cancelled_client(store, i, &cut); });
            else
                group.spawn([&, i] { return client(store, i, &right); });
        }
        co_return;
    };
    boost::asio::io_context context(threads);
    std::exception_ptr failure;
    boost::asio::co_spawn(
        context, [&] { return async::with_task_group(crowd); }, [&](std::exception_ptr e) { failure = e; });
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back([&] { context.run_for(100s); });
    context.run_for(100s);
    for (std::thread& t : others) t.join();
    REQUIRE(context.stopped());
    CHECK(failure == nullptr);
    CHECK(right == clients / 4 * 3 * rounds);
    CHECK(cut >= clients / 4);
    http::pool_core::counts const pool = http::pool::of(context.get_executor()).count();
    CHECK(pool.open == pool.idle);
    CHECK(pool.waiting == 0);
    CHECK(server.counts().refused == 0);
}
