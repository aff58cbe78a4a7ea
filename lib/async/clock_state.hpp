#pragma once

#include "async/clock.hpp"
#include "async/timer_heap.hpp"
#include "async/waiter.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice::inline v0::async {

/// What a clock, its alarms and its waiters share; outlives the service for those that die after it.
///
/// Locks, always in this order: a user's mutex, an event's, a clock's. Under a clock's lock: only rings and posts.
struct clock::state : std::enable_shared_from_this<clock::state> {
    std::mutex mutex;
    bool closed = false;  // the context is going
    std::unique_ptr<time_source> source;
    boost::asio::any_io_executor executor;  // of the first caller, without strands
    std::atomic<bool> has_executor = false;
    timer_heap heap;
    waiter::owned_list waiters;  // owns them, through waiter::self_

    void adopt(boost::asio::any_io_executor const& user);
    void tick();
    void shutdown();

    // The lock is held for all below.

    /// Follows `item.when_`, which has just been set.
    void follow(alarm& item);
    /// For an alarm that is not in use yet: one place and one time.
    void enter(alarm& item, time_point when);
    void remove(alarm& item) noexcept;
    /// How many alarms and waiters of the clock of `one` are set besides it. Takes the lock.
    SLUICE_API static std::size_t set_besides(alarm const& one);
    void expired(waiter& late) { late_.push_back(late.shared_from_this()); }

private:
    void look_at(alarm& item, time_point now);
    bool leave_at(alarm& item, time_point when, time_point now);
    void place(alarm& item, time_point key);
    void arm_for_top();
    void calm_down();

    time_point armed_ = never;  // what the source was last asked for and has not answered
    bool calming_ = false;      // a look whether to disarm is posted
    std::vector<std::shared_ptr<waiter>> late_;
};

}  // namespace sluice::inline v0::async
