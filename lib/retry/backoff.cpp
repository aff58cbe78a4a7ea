#include "retry/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::inline v0::retry {

std::chrono::nanoseconds backoff(retry_policy const& policy, unsigned const retry, double const chance) noexcept {
    // In floating point nothing overflows, whatever the policy says; 2^62 ns are 146 years.
    int const doublings = static_cast<int>(std::clamp(retry, 1U, 63U)) - 1;
    double const grown = std::ldexp(static_cast<double>(policy.base.count()), doublings);
    double const bound = std::clamp(std::min(grown, static_cast<double>(policy.cap.count())), 0.0, std::ldexp(1.0, 62));
    return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(bound * std::clamp(chance, 0.0, 1.0)));
}

}  // namespace sluice::inline v0::retry
