#include "retry/retry_state.hpp"

#include "retry/backoff.hpp"

#include <algorithm>

namespace sluice::inline v0::retry {

using std::chrono::nanoseconds;

bool token_bucket::take(double const tokens) noexcept {
    std::scoped_lock const lock(mutex_);
    if (level_ < tokens) return false;
    level_ -= tokens;
    return true;
}

void token_bucket::give_back(double const tokens) noexcept {
    std::scoped_lock const lock(mutex_);
    level_ = std::min(size_, level_ + tokens);
}

double token_bucket::level() const noexcept {
    std::scoped_lock const lock(mutex_);
    return level_;
}

namespace {

retry_action out_of_budget() noexcept {
    retry_action action;
    action.out_of_budget = true;
    return action;
}

}  // namespace

retry_state::retry_state(retry_policy const& policy, operation_kind const kind, token_bucket& bucket,
                         async::time_point const deadline) noexcept
    : policy_(policy),
      kind_(kind),
      bucket_(bucket),
      deadline_(deadline) {}

retry_action retry_state::next(outcome const what, async::time_point const now, double const chance,
                               std::optional<nanoseconds> const retry_after) noexcept {
    ++attempts_;
    ++fruitless_;
    verdict const said = table_verdict(kind_, what);
    switch (said) {
    case verdict::fix_clock: return at_once(said, fixed_clock_, now);
    case verdict::refresh_credentials: return at_once(said, refreshed_, now);
    case verdict::follow_region: return at_once(said, hopped_, now);
    case verdict::retry: return after_pause(what, now, chance, retry_after);
    case verdict::give_up:
    case verdict::give_up_ambiguous: break;
    }
    retry_action action;
    action.what = said;
    return action;
}

/// These cost no token: the service is well, and what was wrong is being put right.
retry_action retry_state::at_once(verdict const what, bool& done, async::time_point const now) noexcept {
    retry_action action;
    if (done) return action;
    if (!attempts_left() || now >= deadline_) return out_of_budget();
    done = true;
    action.what = what;
    return action;
}

retry_action retry_state::after_pause(outcome const what, async::time_point const now, double const chance,
                                      std::optional<nanoseconds> const retry_after) noexcept {
    if (!attempts_left()) return out_of_budget();
    retry_action action;
    action.what = verdict::retry;
    action.pause = backoff(policy_, fruitless_, chance);
    if (retry_after) action.pause = std::max(action.pause, std::min(*retry_after, policy_.retry_after_cap));
    if (now >= deadline_ || action.pause >= deadline_ - now) return out_of_budget();
    double const cost = what == outcome::timed_out_after_send ? policy_.timeout_retry_cost : policy_.retry_cost;
    if (!bucket_.take(cost)) return out_of_budget();  // last: what is not tried costs nothing
    taken_ = cost;
    return action;
}

void retry_state::succeeded() noexcept {
    bucket_.give_back(attempts_ == 0 ? policy_.success_refund : taken_);
    taken_ = 0;
}

void retry_state::progressed() noexcept {
    fruitless_ = 0;
    refreshed_ = false;  // a download of hours outlives more than one session token
}

}  // namespace sluice::inline v0::retry
