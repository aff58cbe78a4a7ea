#include <sluice/async/shield.hpp>

#include "async/child.hpp"
#include "async/event.hpp"

#include <boost/asio/this_coro.hpp>

#include <mutex>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

struct shielded final : child_owner {
    void child_ended(child&, std::exception_ptr e) noexcept override {
        std::lock_guard const lock(mutex);
        error = std::move(e);
        done = true;
        ended.notify_all();
    }

    std::mutex mutex;
    event ended;
    bool done = false;
    std::exception_ptr error;
};

}  // namespace

awaitable<void> run_shielded(std::unique_ptr<detail::child_task> task) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    bool const throwing = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto const state = std::make_shared<shielded>();
    std::shared_ptr<descendants> const children(state, &state->alive);
    std::make_shared<child>(child_executor(executor), std::move(task))->start(state);
    for (;;) {
        std::unique_lock lock(state->mutex);
        if (state->done) break;
        try {
            co_await state->ended.wait(lock, never, nullptr, &children);
        } catch (boost::system::system_error const&) {
            // cancelled: that is what this shields from; the state is sticky, the next await of the caller sees it
        }
    }
    co_await asio::this_coro::throw_if_cancelled(throwing);
    if (state->error) std::rethrow_exception(std::exchange(state->error, nullptr));
}

}  // namespace sluice::inline v0::async
