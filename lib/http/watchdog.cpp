#include "http/watchdog.hpp"

#include <sluice/error.hpp>

#include <algorithm>

namespace sluice::inline v0::http {

void watchdog::arm(patience::limit const& limit) noexcept {
    async::time_point const first = std::min(limit.at, limit.look);
    if (first == async::never) return disarm();
    armed_ = true;
    {
        std::lock_guard const lock(mutex_);
        limit_ = limit;
    }
    set(first);  // after it: a ring that still saw the limit before has set its own time by now
}

void watchdog::disarm() noexcept {
    if (!armed_) return;
    clear();
    armed_ = false;
}

bool watchdog::draining() const noexcept {
    std::lock_guard const lock(mutex_);
    return limit_.drain && limit_.drain->draining();
}

/// Returns when to look again; `now` itself when it is over.
async::time_point watchdog::looked(async::time_point now) noexcept {
    if (limit_.drain) return limit_.drain->asked(now, over_.unsent());
    over_.nudge();
    return async::never;
}

void watchdog::ring() noexcept {
    std::lock_guard const lock(mutex_);
    async::time_point const now = clock_.now();
    if (now < limit_.at && now >= limit_.look) limit_.look = looked(now);
    if (now >= limit_.at || now >= limit_.look)
        over_.interrupt(make_error_code(errc::timed_out));
    else
        set(std::min(limit_.at, limit_.look));
}

}  // namespace sluice::inline v0::http
