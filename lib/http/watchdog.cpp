#include "http/watchdog.hpp"

#include <sluice/error.hpp>

#include <algorithm>

namespace sluice::inline v0::http {

void watchdog::arm(async::time_point limit, async::time_point look) noexcept {
    if (limit == async::never) return disarm();
    armed_ = true;
    limit_.store(limit, std::memory_order_relaxed);
    look_.store(look, std::memory_order_relaxed);
    set(std::min(limit, look));
}

void watchdog::disarm() noexcept {
    if (!armed_) return;
    clear();
    armed_ = false;
}

void watchdog::ring() noexcept {
    async::time_point const now = clock_.now();
    async::time_point const limit = limit_.load(std::memory_order_relaxed);
    async::time_point const look = look_.load(std::memory_order_relaxed);
    if (now >= limit) {
        over_.interrupt(make_error_code(errc::timed_out));
    } else if (now >= look) {
        over_.nudge();
        set(limit);
    } else {
        set(std::min(limit, look));
    }
}

}  // namespace sluice::inline v0::http
