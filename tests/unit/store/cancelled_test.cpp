#include <sluice/async/task_group.hpp>
#include <sluice/error.hpp>
#include <sluice/memory.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/co_test.hpp"

using namespace sluice;

CO_TEST("an operation of a coroutine that was cancelled before does not begin; what is thrown equals errc::cancelled all the same") {
    auto const store = make_memory_store("m");
    int cancelled = 0;
    // Asio refuses each co_await in the caller's own frame: no operation is asked, so none can throw an error of ours.
    auto const stubborn = [&](async::task_group* group) -> awaitable<void> {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        group->cancel();
        try {
            co_await boost::asio::post(executor, boost::asio::use_awaitable);  // the cancel comes by a post of its own
        } catch (boost::system::system_error const& e) {
            CHECK(e.code() == errc::cancelled);
        }
        for (int i = 0; i < 3; ++i) {
            try {
                co_await store->put("k", payload("x"));
            } catch (boost::system::system_error const& e) {
                cancelled += e.code() == errc::cancelled;
            }
        }
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&stubborn, &group] { return stubborn(&group); });
        co_return;
    };
    co_await async::with_task_group(body);
    CHECK(cancelled == 3);
    list_page const page = co_await store->list({});
    CHECK(page.objects.empty());
}
