#pragma once

#include "async/clock.hpp"
#include "async/entropy.hpp"
#include "retry/retry_state.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <optional>

namespace sluice::inline v0::retry {

/// `retry_state` brought to life: time from the context's clock, chance from its entropy, pauses that can be cancelled.
/// The loop itself stays with the caller, who alone knows what one attempt is:
///
///     for (;;) { attempt; if it is good, leave; retry_action const next = tries.decide(...); ...; co_await tries.pause(next); }
class retrying {
public:
    retrying(boost::asio::any_io_executor executor, retry_policy const& policy, operation_kind kind, token_bucket& bucket,
             std::chrono::nanoseconds limit)
        : executor_(std::move(executor)),
          clock_(&async::clock::of(executor_)),
          begun_(clock_->now()),
          state_(policy, kind, bucket, async::limit_after(begun_, limit)) {}

    async::clock const& clock() const noexcept { return *clock_; }
    async::time_point deadline() const noexcept { return state_.deadline(); }
    std::chrono::nanoseconds elapsed() const noexcept { return clock_->now() - begun_; }

    /// What to do after an attempt that did not succeed.
    retry_action decide(outcome what, std::optional<std::chrono::nanoseconds> retry_after = {}) noexcept {
        return state_.next(what, clock_->now(), async::entropy::of(executor_).fraction(), retry_after);
    }

    /// The pause of `next`; nothing when there is none. Cancel: throws system_error(operation_aborted).
    awaitable<void> pause(retry_action next) {
        if (next.pause > std::chrono::nanoseconds::zero()) co_await clock_->sleep_until(clock_->now() + next.pause);
    }

    void succeeded() noexcept { state_.succeeded(); }
    void progressed() noexcept { state_.progressed(); }

private:
    boost::asio::any_io_executor executor_;
    async::clock* clock_;
    async::time_point begun_;
    retry_state state_;
};

}  // namespace sluice::inline v0::retry
