#pragma once

#include "async/clock.hpp"

#include <mutex>

namespace sluice::inline v0::async {

enum class wake {
    notified,  ///< by notify_one or notify_all
    deadline,  ///< the time came first
};

/// A condition variable for coroutines. Its waiters are owned by their context's clock: they die with the context, and a deadline
/// costs nothing extra. Waiters are first in, first out, may belong to different contexts, and resume on their own executors (posted,
/// never inside notify).
///
/// Threads: any; the state waited for is guarded by the user's own mutex, as with std::condition_variable.
/// Lifetime: no waiter is left when it is destroyed (asserted), but for contexts that died under it.
class event {
public:
    event() noexcept;
    ~event();
    event(event const&) = delete;
    event& operator=(event const&) = delete;

    /// Leaves `lock` unlocked: it is released when the waiter is in the queue, so no notification is lost.
    /// `arrived` (may be null) is set under the event's own lock when this waiter is notified: what was handed to a waiter that is
    /// cancelled at the same moment is thus never lost: on an exception, check it and hand on.
    /// Cancel: throws system_error(operation_aborted).
    awaitable<wake> wait(std::unique_lock<std::mutex>& lock, time_point deadline = never, bool* arrived = nullptr);

    /// Wakes the waiter that came first; false when there is none.
    bool notify_one() noexcept;
    void notify_all() noexcept;

private:
    friend class clock;
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
