#pragma once

#include "async/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::inline v0::http {

/// The rule against stalled transfers: in each `window` of time spent waiting for the peer, at least `floor` bytes must move. The time
/// between waits is the caller's own and does not count. Pure: times are handed in.
class stall_state {
public:
    stall_state() = default;
    /// No limit when `window` is zero.
    stall_state(async::nanoseconds window, std::uint64_t floor) noexcept : window_(window), floor_(floor) {}

    /// A wait begins: the time by which something must have come of it.
    async::time_point begin(async::time_point now) noexcept {
        begun_ = now;
        return async::limit_after(now, window_ == async::nanoseconds::zero() ? window_ : window_ - waited_);
    }

    /// The wait is over.
    void end(async::time_point now) noexcept { waited_ = std::clamp(waited_ + (now - begun_), async::nanoseconds(0), almost()); }

    /// Bytes moved, after a wait or without one.
    void moved(std::uint64_t bytes) noexcept {
        moved_ += bytes;
        if (moved_ < floor_) return;
        moved_ = 0;
        waited_ = async::nanoseconds::zero();
    }

private:
    // Never the whole window: a limit of zero would mean none.
    async::nanoseconds almost() const noexcept { return std::max(window_ - async::nanoseconds(1), async::nanoseconds(0)); }

    async::nanoseconds window_{0};
    std::uint64_t floor_ = 0;
    async::nanoseconds waited_{0};  // in this window
    std::uint64_t moved_ = 0;       // in this window
    async::time_point begun_{};
};

}  // namespace sluice::inline v0::http
