#include "async/group_state.hpp"

#include <sluice/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace detail {

bool group_state::spawn(boost::asio::any_io_executor const& on, std::unique_ptr<child_task> task) {
    auto made = std::make_shared<child>(child_executor(on), std::move(task));
    std::lock_guard const lock(mutex);
    if (stopping) return false;
    made->place = children.insert(children.end(), made);
    made->start(shared_from_this());
    return true;
}

void group_state::cancel() {
    std::lock_guard const lock(mutex);
    cancel_locked();
}

void group_state::cancel_locked() {
    if (std::exchange(stopping, true)) return;
    for (std::shared_ptr<child> const& c : children) c->cancel();
}

void group_state::child_ended(child& which, std::exception_ptr e) noexcept {
    std::lock_guard const lock(mutex);
    children.erase(which.place);
    if (e && !stopping) {
        error = std::move(e);
        cancel_locked();
    } else if (e && !which.aborted()) {
        ++dropped;
    }
    if (children.empty()) idle.notify_all();
}

awaitable<join_end> group_state::join(std::shared_ptr<group_state> self, time_point deadline) {
    join_end end = join_end::done;
    std::shared_ptr<descendants> const children(self, &self->alive);
    for (;;) {
        std::unique_lock lock(self->mutex);
        if (self->children.empty()) co_return end;
        asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
        if (end != join_end::cancelled && state.cancelled() != asio::cancellation_type::none) {
            if (end == join_end::done) end = join_end::cancelled;
            self->cancel_locked();
        }
        try {
            wake const woken = co_await self->idle.wait(lock, deadline, nullptr, &children);
            if (woken == wake::notified) continue;
            deadline = never;
            if (end == join_end::done) end = join_end::late;
            self->cancel();
        } catch (boost::system::system_error const&) {
            // cancelled: seen at the top of the loop
        }
    }
}

}  // namespace detail

task_group::task_group(asio::any_io_executor executor) : state_(std::make_shared<detail::group_state>(std::move(executor))) {}

task_group::~task_group() = default;

bool task_group::spawn_task(std::unique_ptr<detail::child_task> task) { return state_->spawn(state_->executor, std::move(task)); }

bool task_group::spawn_task_on(asio::any_io_executor executor, std::unique_ptr<detail::child_task> task) {
    return state_->spawn(executor, std::move(task));
}

void task_group::cancel() { state_->cancel(); }

bool task_group::stopping() const {
    std::lock_guard const lock(state_->mutex);
    return state_->stopping;
}

std::size_t task_group::dropped_errors() const {
    std::lock_guard const lock(state_->mutex);
    return state_->dropped;
}

awaitable<void> run_task_group(task_group& group, std::unique_ptr<detail::child_task> body) {
    std::shared_ptr<detail::group_state> const state = group.state_;
    bool const throwing = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    state->spawn(state->executor, std::move(body));
    join_end const end = co_await detail::group_state::join(state, never);
    co_await asio::this_coro::throw_if_cancelled(throwing);
    if (state->error) std::rethrow_exception(std::exchange(state->error, nullptr));  // nobody else is left to touch it
    if (end == join_end::cancelled) throw_error(failure(errc::cancelled, {}), "task group", {});
}

}  // namespace sluice::inline v0::async
