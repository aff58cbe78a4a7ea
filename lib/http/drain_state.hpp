#pragma once

#include "async/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::inline v0::http {

/// How long a request that has been written waits for its answer. The time for a first byte begins when the system has delivered what it
/// was given: over a slow line that is long after the writing. So it is asked now and then how much of it is left, and as long as there is
/// something, the rule against stalled transfers holds instead. Pure: times and counts are handed in.
class drain_state {
public:
    /// No limit at all when `first_byte` is zero.
    drain_state(async::nanoseconds first_byte, async::nanoseconds window, std::uint64_t floor) noexcept
        : first_byte_(first_byte),
          window_(window > async::nanoseconds::zero() ? window : first_byte),
          floor_(window > async::nanoseconds::zero() ? std::max<std::uint64_t>(floor, 1) : 1) {}

    /// The wait begins. Returns when to ask first.
    async::time_point begin(async::time_point now) noexcept {
        over_at_ = async::limit_after(now, first_byte_);
        return next(now);
    }

    /// `left` bytes are still to be delivered. Returns when to ask next; `now` itself when it is over.
    async::time_point asked(async::time_point now, std::uint64_t left) noexcept {
        if (left > 0 && (!draining_ || mark_ >= left + floor_)) {
            mark_ = left;
            over_at_ = async::limit_after(now, window_);
        } else if (left == 0 && draining_) {
            over_at_ = async::limit_after(now, first_byte_);
        }
        draining_ = left > 0;
        return now >= over_at_ ? now : next(now);
    }

    /// What is waited for: the system, or else the peer.
    bool draining() const noexcept { return draining_; }

private:
    // So the limit is kept within a sixteenth: a drain that ends between two questions counts as ended at the later one.
    async::time_point next(async::time_point now) const noexcept { return std::min(over_at_, async::limit_after(now, first_byte_ / 16)); }

    async::nanoseconds first_byte_;
    async::nanoseconds window_;
    std::uint64_t floor_;
    async::time_point over_at_ = async::never;
    bool draining_ = false;
    std::uint64_t mark_ = 0;  // left when this window began
};

}  // namespace sluice::inline v0::http
