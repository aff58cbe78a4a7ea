#pragma once

#include <sluice/awaitable.hpp>

#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>

namespace sluice::inline v0::async {

using time_point = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;
using nanoseconds = std::chrono::nanoseconds;

inline constexpr time_point never = time_point::max();

/// `from + span`, or `never` when span is zero ("no limit") or the sum would overflow.
constexpr time_point limit_after(time_point from, nanoseconds span) noexcept {
    return span <= nanoseconds::zero() || from >= never - span ? never : from + span;
}

/// The seam for time: one per execution context. The production side drives everything from one steady_timer that is only armed while
/// something waits, so that `io_context::run()` returns when the last operation has ended.
///
/// Threads: any that run the context.
class clock : public boost::asio::execution_context::service {
public:
    using key_type = clock;
    static boost::asio::execution_context::id id;

    /// The clock of the context `executor` belongs to.
    static clock& of(boost::asio::any_io_executor const& executor);

    explicit clock(boost::asio::execution_context& context);
    ~clock() override;

    time_point now() const noexcept;
    wall_time wall() const noexcept;

    /// Waits until `when`. Cancel: throws system_error(operation_aborted), as every await below the public edge.
    awaitable<void> sleep_until(time_point when);

    /// Calls `ring` once `when` has passed. Cheap to move later: `set` with a later time is one atomic store, the clock looks again
    /// when the earlier time has come. `ring` runs under the clock's lock on a thread of the context: it may set flags, call
    /// shutdown(2) or post, nothing else; it may call `set` on itself (and only on itself) to ring again.
    class alarm {
    public:
        explicit alarm(clock& owner) noexcept : owner_(owner) {}
        virtual ~alarm();  // a derived class must call `clear` in its own destructor: `ring` must not run on a half-dead object
        alarm(alarm const&) = delete;
        alarm& operator=(alarm const&) = delete;

        void set(time_point when) noexcept;
        /// After it returns `ring` is not running and will not run.
        void clear() noexcept;

    protected:
        virtual void ring() noexcept = 0;

    private:
        friend class clock;
        clock& owner_;
        std::atomic<time_point::rep> when_{never.time_since_epoch().count()};
        std::size_t slot_ = 0;  // place in the clock's heap, plus one; 0 = not in it; guarded by the clock's lock
    };

    struct state;  // for event.cpp

private:
    void shutdown() override;
    friend class event;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
