// Many parts of the keys listed at once.
#include "http/pool.hpp"
#include "stream/s3/fixture.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/listing.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options;

namespace {

awaitable<std::vector<std::string>> keys_side_by_side(std::shared_ptr<object_store> store, std::string prefix,
                                                      sharded_list_options options) {
    std::vector<std::string> keys;
    page_visitor const collect = [&keys](list_page page) -> awaitable<bool> {
        for (object_meta const& one : page.objects) keys.push_back(one.key);
        co_return true;
    };
    co_await list_sharded(std::move(store), std::move(prefix), std::move(options), collect);
    co_return keys;
}

awaitable<std::vector<std::string>> keys_by_pages(std::shared_ptr<object_store> store, std::string prefix) {
    list_page const all = co_await list_all(std::move(store), std::move(prefix));
    std::vector<std::string> keys;
    for (object_meta const& one : all.objects) keys.push_back(one.key);
    co_return keys;
}

void fill(s3_server& server) {
    for (int i = 0; i < 3000; ++i) server.put("bucket", "n/" + std::to_string(i * 7919 % 100'003), "x");
    for (int i = 0; i < 500; ++i) server.put("bucket", "\u65e5\u672c/" + std::to_string(i) + "+ %", "x");
}

}  // namespace

CO_TEST("sharded listing: the same keys as page by page, many requests at once") {
    s3_server_options options;
    options.page_limit = 50;
    s3_server server(options);
    fill(server);
    auto const store = quick_store(server.endpoint());
    for (std::string const prefix : {"", "n/", "n/9", "\u65e5", "nothing"}) {
        std::vector<std::string> const expected = co_await keys_by_pages(store, prefix);
        std::vector<std::string> const keys = co_await keys_side_by_side(store, prefix, {});
        CHECK(keys == expected);
    }
    sharded_list_options behind;
    behind.start_after = "n/5";
    behind.memory_limit = 0;
    std::vector<std::string> expected = co_await keys_by_pages(store, "n/");
    std::erase_if(expected, [](std::string const& key) { return key <= "n/5"; });
    std::vector<std::string> const keys = co_await keys_side_by_side(store, "n/", behind);
    CHECK(keys == expected);
    CHECK(server.connections_open() > 8);
    CHECK(server.counts().refused == 0);
}

CO_TEST("sharded listing: a failure of one request is the failure of all, and nothing hangs") {
    s3_server_options options;
    options.page_limit = 50;
    s3_server server(options);
    fill(server);
    server.on_request(
        [](s3_request_view const& r) { return r.number == 20 ? std::optional<s3_fault>(answer(403, "AccessDenied")) : std::nullopt; });
    error const e = co_await error_of(keys_side_by_side(quick_store(server.endpoint()), "", {}));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(e.info().operation == "list");
}

CO_TEST("sharded listing: a visitor that has seen enough ends it; one that throws, too") {
    s3_server_options options;
    options.page_limit = 50;
    s3_server server(options);
    fill(server);
    auto const store = quick_store(server.endpoint());
    int pages = 0;
    page_visitor const twice = [&pages](list_page) -> awaitable<bool> { co_return ++pages < 2; };
    co_await list_sharded(store, "", {}, twice);
    CHECK(pages == 2);
    page_visitor const angry = [](list_page) -> awaitable<bool> {
        throw_error(failure(errc::io, "the disk is full"), "write", "here");
        co_return true;
    };
    error const e = co_await error_of(list_sharded(store, "", {}, angry));
    CHECK(e.reason() == errc::io);
}

CO_TEST("sharded listing: stores in memory, too; a slow visitor holds it back") {
    std::shared_ptr<object_store> const store = make_memory_store("m", 10);
    for (int i = 0; i < 400; ++i) co_await store->put("k" + std::to_string(i), payload());
    sharded_list_options options;
    options.in_flight = 4;
    options.memory_limit = 0;
    std::vector<std::string> const keys = co_await keys_side_by_side(store, "", options);
    std::vector<std::string> const expected = co_await keys_by_pages(store, "");
    CHECK(keys == expected);
}

CO_TEST("sharded listing: a cancel from outside ends it at once, whether it waits for the service or for the visitor") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    s3_server_options options;
    options.page_limit = 50;
    for (bool const in_visitor : {false, true}) {
        s3_server server(options);
        fill(server);
        std::atomic<int> under_way = 0;
        server.on_request([&under_way, in_visitor](s3_request_view const& r) -> std::optional<s3_fault> {
            if (in_visitor || r.number < 10) return std::nullopt;
            ++under_way;
            s3_fault slow;
            slow.delay = std::chrono::hours(1);
            return slow;
        });
        std::atomic<bool> visited = false;
        std::optional<error> caught;
        page_visitor const visit = [&](list_page) -> awaitable<bool> {
            visited = true;
            if (in_visitor) co_await async::sleep_for(std::chrono::hours(1));
            co_return true;
        };
        auto const listing = [&]() -> awaitable<void> {
            try {
                co_await list_sharded(quick_store(server.endpoint()), "", {}, visit);
            } catch (error const& e) {
                caught = e;
                throw;
            }
        };
        auto const body = [&](async::task_group& group) -> awaitable<void> {
            group.spawn([&] { return listing(); });
            while (in_visitor ? !visited : under_way < 3) co_await async::sleep_for(std::chrono::milliseconds(1));
            group.cancel();
        };
        co_await async::with_task_group(body);
        REQUIRE(caught);
        CHECK(caught->reason() == errc::cancelled);
        CHECK(caught->info().operation == "list");
        CHECK(caught->info().uri == "s3://bucket/");
        http::pool_core::counts const pool = http::pool::of(executor).count();
        CHECK(pool.open == pool.idle);
        CHECK(pool.waiting == 0);
        co_await async::sleep_for(std::chrono::milliseconds(20));  // what had been sent by then, the server still reads
        std::uint64_t const asked = server.counts().requests;
        co_await async::sleep_for(std::chrono::milliseconds(20));
        CHECK(server.counts().requests == asked);
    }
}
