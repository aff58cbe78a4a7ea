#pragma once

#include "async/clock.hpp"
#include "http/patience.hpp"
#include "net/stream.hpp"

#include <mutex>

namespace sluice::inline v0::http {

/// Interrupts a connection with `errc::timed_out` when what it waits for has not come in time. It looks before: at a body, whether the
/// system keeps bytes back because too few have come; before an answer, whether the system is still busy with the request. Armed only
/// while a coroutine of ours waits, so that an idle connection does not keep its context running.
///
/// Lifetime: declare it after the stream. Threads: `arm`, `disarm` and `draining` belong to the connection's user, the rest to the clock.
class watchdog final : public async::clock::alarm {
public:
    watchdog(async::clock& owner, net::stream& over) noexcept : alarm(owner), clock_(owner), over_(over) {}
    ~watchdog() override { clear(); }

    /// From now on this limit instead of the last one.
    void arm(patience::limit const& limit) noexcept;
    void disarm() noexcept;

    /// Whether the system was still sending the request when it last looked.
    bool draining() const noexcept;

private:
    void ring() noexcept override;
    async::time_point looked(async::time_point now) noexcept;

    async::clock& clock_;
    net::stream& over_;
    bool armed_ = false;
    mutable std::mutex mutex_;  // comes after the clock's lock, and is not held when that is taken
    patience::limit limit_;
};

}  // namespace sluice::inline v0::http
