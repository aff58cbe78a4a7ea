#pragma once

#include <algorithm>
#include <chrono>

namespace sluice::inline v0::uring {

/// How long to wait before asking for a lock the n-th time again: 1 ms, then twice as long each time, up to 50 ms.
constexpr std::chrono::nanoseconds lock_pause(unsigned tries) noexcept {
    using std::chrono::milliseconds;
    return std::min(milliseconds(1) * (1u << std::min(tries, 6u)), milliseconds(50));
}

}  // namespace sluice::inline v0::uring
