#pragma once

#include "async/clock.hpp"
#include "net/stream.hpp"

#include <atomic>

namespace sluice::inline v0::http {

/// Interrupts a connection with `errc::timed_out` when what it waits for has not come in time, but looks once before whether the
/// system keeps bytes back because too few have come. Armed only while a coroutine of ours waits, so that an idle connection does not
/// keep its context running.
///
/// Lifetime: declare it after the stream. Threads: `arm` and `disarm` belong to the connection's user, the rest to the clock.
class watchdog final : public async::clock::alarm {
public:
    watchdog(async::clock& owner, net::stream& over) noexcept : alarm(owner), clock_(owner), over_(over) {}
    ~watchdog() override { clear(); }

    /// Interrupts at `limit`, nudges at `look` if that is earlier. Again with a later time is one atomic store.
    void arm(async::time_point limit, async::time_point look) noexcept;
    void disarm() noexcept;

private:
    void ring() noexcept override;

    async::clock& clock_;
    net::stream& over_;
    bool armed_ = false;
    // The two may be seen from different calls of `arm`: then it rings once in vain.
    std::atomic<async::time_point> limit_ = async::never;
    std::atomic<async::time_point> look_ = async::never;
};

}  // namespace sluice::inline v0::http
