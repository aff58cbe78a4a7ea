#pragma once

#include <chrono>

namespace sluice::inline v0::async {

using time_point = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;
using nanoseconds = std::chrono::nanoseconds;

inline constexpr time_point never = time_point::max();

/// What a clock gets its time from; a simulated world puts its own in with `clock::use`.
///
/// Threads: `now` and `wall` from any; `arm` and `disarm` are called under the clock's lock.
class time_source {
public:
    time_source() = default;
    virtual ~time_source() = default;
    time_source(time_source const&) = delete;
    time_source& operator=(time_source const&) = delete;

    virtual time_point now() const noexcept = 0;
    virtual wall_time wall() const noexcept = 0;

    /// Has `clock::tick` called once `when` has come, instead of at the time asked for before. Never calls it from inside.
    virtual void arm(time_point when) = 0;
    /// Nothing waits any more: stops keeping the context busy. A `tick` that is already on its way does no harm.
    virtual void disarm() = 0;
};

}  // namespace sluice::inline v0::async
