#include <sluice/async/deadline.hpp>

#include "async/clock.hpp"
#include "async/group_state.hpp"

#include <sluice/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

/// Notes that the task came to its end: then a time limit or a cancel that came at the same moment came too late.
class noted final : public detail::child_task {
public:
    noted(std::unique_ptr<detail::child_task> task, bool& finished) noexcept : task_(std::move(task)), finished_(finished) {}
    awaitable<void> start() override { return run(this); }

private:
    static awaitable<void> run(noted* self) {
        co_await self->task_->start();
        self->finished_ = true;
    }

    std::unique_ptr<detail::child_task> task_;
    bool& finished_;
};

}  // namespace

awaitable<void> run_with_deadline(std::chrono::nanoseconds limit, std::unique_ptr<detail::child_task> task) {
    if (limit <= std::chrono::nanoseconds::zero()) throw_error(failure(errc::timed_out, "no time was left"), "deadline", {});
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    clock& time = clock::of(executor);
    time_point const deadline = limit_after(time.now(), limit);
    bool const throwing = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto const state = std::make_shared<detail::group_state>(executor);
    bool finished = false;
    state->spawn(state->executor, std::make_unique<noted>(std::move(task), finished));
    join_end const end = co_await detail::group_state::join(state, deadline);
    co_await asio::this_coro::throw_if_cancelled(throwing);
    if (finished) co_return;
    if (state->error) std::rethrow_exception(std::exchange(state->error, nullptr));
    if (end == join_end::cancelled) throw_error(failure(errc::cancelled, {}), "deadline", {});
    throw_error(failure(errc::timed_out, {}), "deadline", {});
}

awaitable<void> sleep_for(std::chrono::nanoseconds span) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    clock& time = clock::of(executor);
    time_point when = time.now();
    if (span > std::chrono::nanoseconds::zero()) when = limit_after(when, span);
    try {
        co_await time.sleep_until(when);
    } catch (boost::system::system_error const&) {
        throw_error(failure(errc::cancelled, {}), "sleep", {});
    }
}

}  // namespace sluice::inline v0::async
