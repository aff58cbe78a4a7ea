#include "support/co_test.hpp"

#include <sluice/async/runtime.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace sluice::test {

unsigned context_threads() {
    char const* const text = std::getenv("SLUICE_TEST_THREADS");
    int const n = text == nullptr ? 1 : std::atoi(text);
    return n < 1 ? 1u : static_cast<unsigned>(n);
}

void run(std::function<sluice::awaitable<void>()> const body, std::chrono::seconds const limit) {
    unsigned const threads = context_threads();
    asio::io_context context(static_cast<int>(threads));
    if (threads == 1) sluice::async::assume_single_threaded(context);
    asio::any_io_executor const executor =
        threads == 1 ? asio::any_io_executor(context.get_executor()) : asio::make_strand(context.get_executor());
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    std::atomic<bool> ended = false;

    asio::post(executor, [&] {
        asio::co_spawn(executor, body, asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) {
                           failure = e;
                           ended = true;
                       }));
    });
    auto const run_for = [&](std::chrono::seconds span) {
        std::vector<std::thread> others;
        for (unsigned i = 1; i < threads; ++i) others.emplace_back([&] { context.run_for(span); });
        context.run_for(span);
        for (std::thread& t : others) t.join();
    };
    run_for(limit);
    bool const late = !ended;
    if (late) {
        asio::post(executor, [&] {
            if (!ended) stop.emit(asio::cancellation_type::terminal);
        });
        context.restart();
        run_for(std::chrono::seconds(10));
    }
    if (!ended) {
        std::fputs("a test's coroutine did not end, not even when cancelled\n", stderr);
        std::abort();
    }
    if (late) FAIL("did not end within the limit");
    if (failure) std::rethrow_exception(failure);
    CHECK_MESSAGE(context.stopped(), "work was left behind on the context");
}

}  // namespace sluice::test
