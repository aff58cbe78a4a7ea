#pragma once

#include "async/clock.hpp"

#include <memory>
#include <mutex>

namespace sluice::inline v0::async {

class descendants;

enum class wake {
    notified,  ///< by notify_one or notify_all
    deadline,  ///< the time came first
};

/// A condition variable for coroutines. Its waiters are owned by their context's clock: they die with the context, and a deadline
/// costs nothing extra. Waiters are first in, first out, may belong to different contexts, and resume on their own executors (posted,
/// never inside notify).
///
/// Threads: any; the state waited for is guarded by the user's own mutex, as with std::condition_variable; notify with or without it.
/// Lifetime: who waits has left before it is destroyed, but for waiters whose context is dying; one left behind is never notified.
class SLUICE_API event {
public:
    event() noexcept;
    ~event();
    event(event const&) = delete;
    event& operator=(event const&) = delete;

    /// Leaves `lock` unlocked: it is released when the waiter is in the queue, so no notification is lost.
    /// `arrived` (may be null) is set under the event's own lock when this waiter is notified.
    /// Cancel: throws system_error(operation_aborted). Of notification, deadline and cancel exactly one wins: after a notification the
    /// wait returns even when a cancel came before the coroutine ran again, and the *next* await throws. A cancel that was pending
    /// before makes Asio throw in front of the wait: `lock` is then still held, as `lock.owns_lock()` says.
    /// Who waits for `*children` is not destroyed before them when the context goes.
    awaitable<wake> wait(std::unique_lock<std::mutex>& lock, time_point deadline = never, bool* arrived = nullptr,
                         std::shared_ptr<descendants> const* children = nullptr);

    /// Wakes the waiter that came first; false when there is none.
    bool notify_one() noexcept;
    void notify_all() noexcept;

    struct state;

private:
    std::shared_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
