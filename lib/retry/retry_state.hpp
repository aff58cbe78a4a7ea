#pragma once

#include "async/clock.hpp"
#include "retry/retry_table.hpp"

#include <sluice/retry_policy.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace sluice::inline v0::retry {

/// Retry tokens of one endpoint, shared by all its operations (AWS's standard retry mode). Threads: any.
class token_bucket {
public:
    explicit token_bucket(double size) noexcept : size_(size), level_(size) {}
    bool take(double tokens) noexcept;
    void give_back(double tokens) noexcept;
    double level() const noexcept;

private:
    double const size_;
    mutable std::mutex mutex_;
    double level_;
};

struct retry_action {
    verdict what = verdict::give_up;
    std::chrono::nanoseconds pause{0};  ///< before the next attempt
    bool out_of_budget = false;         ///< give_up because attempts, tokens or time ran out, not because of the outcome
};

/// No operation tries more often than that, whatever its progress.
inline constexpr unsigned most_attempts = 1000;

/// The history of one operation: attempts, one-time fixes, the whole deadline. Pure: time and chance are handed in.
class retry_state {
public:
    retry_state(retry_policy const& policy, operation_kind kind, token_bucket& bucket, async::time_point deadline) noexcept;

    /// What to do after an attempt that did not succeed. `chance` in [0, 1) makes the full jitter. A pause that would end behind the
    /// deadline is not begun: the answer is give_up with `out_of_budget`.
    retry_action next(outcome what, async::time_point now, double chance,
                      std::optional<std::chrono::nanoseconds> retry_after = {}) noexcept;

    /// Tells that the operation succeeded, so that tokens flow back: those of the last retry, or the refund of a first-try success.
    void succeeded() noexcept;
    /// Body bytes arrived since the last attempt began: patience starts anew, so that a huge body over a bad line still ends. Only
    /// `most_attempts` stays in force.
    void progressed() noexcept;

    unsigned attempts() const noexcept { return attempts_; }  ///< ended so far, including the one `next` was told of
    async::time_point deadline() const noexcept { return deadline_; }

private:
    retry_action at_once(verdict what, bool& done, async::time_point now) noexcept;
    retry_action after_pause(outcome what, async::time_point now, double chance,
                             std::optional<std::chrono::nanoseconds> retry_after) noexcept;
    bool attempts_left() const noexcept { return fruitless_ < policy_.max_attempts && attempts_ < most_attempts; }

    retry_policy policy_;
    operation_kind kind_;
    token_bucket& bucket_;
    async::time_point deadline_;
    unsigned attempts_ = 0;
    unsigned fruitless_ = 0;  // attempts since the last progress
    double taken_ = 0;        // tokens of the last retry
    bool fixed_clock_ = false, refreshed_ = false, hopped_ = false;
};

}  // namespace sluice::inline v0::retry
