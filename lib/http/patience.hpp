#pragma once

#include "async/clock.hpp"
#include "http/stall_state.hpp"

#include <sluice/timeouts.hpp>

#include <cstdint>
#include <string>

namespace sluice::inline v0::http {

/// How long one exchange waits for its peer, and which limit it was when that was too long. Pure: times are handed in.
class patience {
public:
    enum class phase : std::uint8_t { sending, head, body };

    patience() = default;
    patience(timeouts const& limits, async::time_point deadline) noexcept;

    void enter(phase next) noexcept;
    phase now_in() const noexcept { return phase_; }

    struct limit {
        async::time_point at = async::never;    ///< it is over
        async::time_point look = async::never;  ///< see whether something is held back
    };
    /// A wait begins, and ends.
    limit begin(async::time_point now) noexcept;
    void end(async::time_point now) noexcept;
    void moved(std::uint64_t bytes) noexcept { stall_.moved(bytes); }

    /// What to say when the limit of the last wait has passed.
    std::string why(bool answer_begun) const;

private:
    phase phase_ = phase::sending;
    bool whole_ = false;  // of the limits of this wait, the operation's is the nearest
    async::nanoseconds first_byte_{0};
    async::nanoseconds window_{0};
    std::uint64_t floor_ = 0;
    async::time_point deadline_ = async::never;
    async::time_point head_limit_ = async::never;
    bool head_begun_ = false;
    stall_state stall_;
};

}  // namespace sluice::inline v0::http
