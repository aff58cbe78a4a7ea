#pragma once

#include "async/clock.hpp"
#include "net/stream.hpp"

namespace sluice::inline v0::net {

/// Interrupts a stream with `errc::timed_out` when a time has come: a limit on connecting or on a handshake.
/// Lifetime: declare it after the stream; the clock no longer knows it once it is destroyed.
class limit final : public async::clock::alarm {
public:
    limit(async::clock& owner, stream& over, async::time_point when) noexcept;
    ~limit() override { clear(); }

private:
    void ring() noexcept override;
    stream& over_;
};

}  // namespace sluice::inline v0::net
