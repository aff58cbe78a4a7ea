#pragma once

#include "async/clock.hpp"

#include <sluice/retry_policy.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace sluice::inline v0::retry {

/// The column of the retry table: what may be repeated when its first outcome is unknown.
enum class operation_kind {
    read,       ///< GET, HEAD, LIST
    overwrite,  ///< unconditional PUT, part, delete: the same bytes again do no harm with one writer a key
    exclusive,  ///< create-only, compare-and-swap: must not be repeated blindly
};

/// The row of the retry table: what became of one attempt.
enum class outcome {
    not_sent,              ///< no connection: DNS, connect, TLS, pool
    lost,                  ///< reset or closed after sending
    timed_out_after_send,  ///< a limit of ours passed after sending
    server_busy,           ///< 408, 429, 500, 502, 503, 504, SlowDown, RequestTimeout, InternalError
    conflict,              ///< 409 ConditionalRequestConflict
    clock_skewed,          ///< RequestTimeTooSkewed
    expired_credentials,   ///< ExpiredToken and the like, once
    wrong_region,          ///< 301, 307, 400 naming another region
    damaged_body,          ///< short or broken body of a read
    final_answer,          ///< all else: nothing to be gained
};

/// The cell of the table.
enum class verdict {
    retry,
    fix_clock,            ///< learn the offset from the Date header, retry at once; the second time final
    refresh_credentials,  ///< once
    follow_region,        ///< one validated hop
    give_up,
    give_up_ambiguous,  ///< the write may have been applied: errc::ambiguous
};

/// The table itself: one cell, no history.
verdict table_verdict(operation_kind kind, outcome what) noexcept;

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

/// The history of one operation: attempts, one-time fixes, the whole deadline. Pure: time and chance are handed in.
class retry_state {
public:
    retry_state(retry_policy const& policy, operation_kind kind, token_bucket& bucket, async::time_point deadline) noexcept;

    /// What to do after an attempt that did not succeed. `chance` in [0, 1) makes the full jitter.
    retry_action next(outcome what, async::time_point now, double chance,
                      std::optional<std::chrono::nanoseconds> retry_after = {}) noexcept;

    /// Tells that the operation succeeded, so that tokens flow back.
    void succeeded() noexcept;
    /// Body bytes arrived since the last attempt began: patience starts anew, so that a huge body over a bad line still ends.
    void progressed() noexcept;

    unsigned attempts() const noexcept { return attempts_; }  ///< ended so far, including the one `next` was told of
    async::time_point deadline() const noexcept { return deadline_; }

private:
    retry_policy policy_;
    operation_kind kind_;
    token_bucket& bucket_;
    async::time_point deadline_;
    unsigned attempts_ = 0;
    unsigned fruitless_ = 0;
    double taken_ = 0;
    bool fixed_clock_ = false, refreshed_ = false, hopped_ = false;
};

}  // namespace sluice::inline v0::retry
