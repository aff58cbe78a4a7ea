#pragma once

#include "async/clock.hpp"
#include "http/drain_state.hpp"
#include "http/stall_state.hpp"

#include <sluice/timeouts.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::inline v0::http {

/// How long one exchange waits for its peer, and which limit it was when that was too long. Pure: times are handed in.
class patience {
public:
    enum class phase : std::uint8_t { asking, sending, head, body };

    patience() = default;
    patience(timeouts const& limits, async::time_point deadline, bool long_work = false) noexcept;

    void enter(phase next) noexcept;
    phase now_in() const noexcept { return phase_; }

    struct limit {
        async::time_point at = async::never;    ///< it is over
        async::time_point look = async::never;  ///< see whether something is held back
        std::optional<drain_state> drain;       ///< for an answer: what to make of it
    };
    /// A wait begins, and ends. No limit: that of the wait before goes on.
    std::optional<limit> begin(async::time_point now) noexcept;
    void end(async::time_point now) noexcept;
    void moved(std::uint64_t bytes) noexcept { stall_.moved(bytes); }

    /// Having asked whether to send the body: when to stop waiting for a word, at a `deadline_passed` for good.
    async::time_point ask_until(async::time_point now) const noexcept;
    bool deadline_passed(async::time_point now) const noexcept { return now >= deadline_; }

    /// What to say when the limit of the last wait has passed; `draining` is the drain's word.
    std::string why(async::time_point now, bool answer_begun, bool draining) const;

private:
    phase phase_ = phase::sending;
    async::nanoseconds answer_{0};
    async::nanoseconds go_ahead_{0};
    async::nanoseconds window_{0};
    std::uint64_t floor_ = 0;
    async::time_point deadline_ = async::never;
    bool long_work_ = false;
    bool head_begun_ = false;
    stall_state stall_;
};

}  // namespace sluice::inline v0::http
