#pragma once

#include <sluice/async/task_group.hpp>

#include <memory>
#include <utility>

namespace sluice::inline v0::async {

/// For `shield`.
SLUICE_API awaitable<void> run_shielded(std::unique_ptr<detail::child_task> task);

/// Runs `f()` (returns awaitable<void>) to its end even when the awaiting coroutine is or gets cancelled; for short clean-up only.
///
/// A coroutine that has been cancelled *already* is refused every await by Asio, this one included, unless it says so first:
/// `co_await boost::asio::this_coro::throw_if_cancelled(false);`.
///
/// Errors: what `f` throws. Cancel: noticed by the first await after this one.
template <class F>
awaitable<void> shield(F f) {
    return run_shielded(std::make_unique<detail::child_task_of<F>>(std::move(f)));
}

}  // namespace sluice::inline v0::async
