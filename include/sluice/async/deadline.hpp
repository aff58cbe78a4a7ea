#pragma once

#include <sluice/async/task_group.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace sluice::inline v0::async {

/// Awaits `f()` (returns awaitable<void>) for at most `limit`; then cancels it, waits until it has stopped and throws `errc::timed_out`.
///
/// A limit of zero or less has passed: `f` is not started. One beyond the end of time is none.
///
/// Errors: those of `f`. When `f` comes to its end all the same, that wins over a limit or a cancel at the same moment; what it throws
/// after the limit does not. Cancel: cancels `f`, waits for it, throws `errc::cancelled`.
template <class F>
awaitable<void> with_deadline(std::chrono::nanoseconds limit, F f);

/// Sleeps on the context's clock; zero or less: lets others run. Cancel: throws `errc::cancelled`.
SLUICE_API awaitable<void> sleep_for(std::chrono::nanoseconds span);

/// For `with_deadline`.
SLUICE_API awaitable<void> run_with_deadline(std::chrono::nanoseconds limit, std::unique_ptr<detail::child_task> task);

template <class F>
awaitable<void> with_deadline(std::chrono::nanoseconds limit, F f) {
    return run_with_deadline(limit, std::make_unique<detail::child_task_of<F>>(std::move(f)));
}

}  // namespace sluice::inline v0::async
