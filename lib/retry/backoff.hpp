#pragma once

#include <sluice/retry_policy.hpp>

#include <chrono>

namespace sluice::inline v0::retry {

/// The pause before retry number `retry` (from 1): chance * min(cap, base * 2^(retry - 1)), AWS's "full jitter". `chance` lies in [0, 1).
std::chrono::nanoseconds backoff(retry_policy const& policy, unsigned retry, double chance) noexcept;

}  // namespace sluice::inline v0::retry
