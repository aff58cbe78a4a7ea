#pragma once

#include "async/time_source.hpp"

#include <sluice/awaitable.hpp>

#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>

namespace sluice::inline v0::async {

/// `from + span`, or `never` when span is zero ("no limit") or the sum would overflow.
constexpr time_point limit_after(time_point from, nanoseconds span) noexcept {
    return span <= nanoseconds::zero() || from >= never - span ? never : from + span;
}

/// The seam for time: one per execution context. The production side drives everything from one steady_timer that is only armed while
/// something waits, so that `io_context::run()` returns when the last operation has ended.
///
/// Threads: any that run the context; `alarm::set` and `clear` from any at all.
class SLUICE_API clock : public boost::asio::execution_context::service {
public:
    using key_type = clock;
    static boost::asio::execution_context::id id;

    /// The clock of the context `executor` belongs to; the way to get one, as it takes its timer's executor from the first caller.
    static clock& of(boost::asio::any_io_executor const& executor);

    explicit clock(boost::asio::execution_context& context);
    ~clock() override;

    time_point now() const noexcept;
    wall_time wall() const noexcept;

    /// Waits until `when`; a time that has passed still suspends once. Cancel: throws system_error(operation_aborted), as every await
    /// below the public edge. A sleep that has ended before the cancel came returns, and the next await throws.
    awaitable<void> sleep_until(time_point when);

    /// Takes the time from `source` instead; before anything waits.
    void use(std::unique_ptr<time_source> source);
    /// For a time source: the time it was armed for has come. On a thread of the context, not under a lock of its own.
    void tick();

    struct state;

    /// Calls `ring` once `when` has passed. Cheap to move later: `set` with a later time is one atomic store, the clock looks again
    /// when the earlier time has come. `ring` runs under the clock's lock on a thread of the context: it may set flags, make a
    /// system call that does not wait, or post, nothing else (no `event::notify`); it may call `set` on itself (and only on itself) to ring
    /// again.
    ///
    /// An alarm that is set keeps the context running, as any pending operation does. It may outlive the clock.
    class SLUICE_API alarm {
    public:
        explicit alarm(clock& owner) noexcept;
        virtual ~alarm();  // a derived class must call `clear` in its own destructor: `ring` must not run on a half-dead object
        alarm(alarm const&) = delete;
        alarm& operator=(alarm const&) = delete;

        /// Rings at `when` instead of at the time set before; `never` takes that back without waiting for a `ring` that is running.
        void set(time_point when) noexcept;
        /// After it returns `ring` is not running and will not run. Not from `ring`.
        void clear() noexcept;

    protected:
        virtual void ring() noexcept = 0;

    private:
        friend struct state;
        friend class timer_heap;
        std::shared_ptr<state> owner_;
        std::atomic<time_point> when_{never};
        std::atomic<time_point> placed_{never};  // key in the clock's heap; never = not there; min = ringing just now
        std::size_t slot_ = 0;                   // place in the clock's heap, plus one; 0 = not in it; guarded by the clock's lock
    };

private:
    friend class waiter;
    void shutdown() override;
    std::shared_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
