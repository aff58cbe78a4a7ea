#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace sluice::inline v0::cli {

/// The smallest of the sorted `samples` that at least `share` (0 to 1) of them do not exceed; 0 without samples.
inline double percentile(std::span<double const> samples, double share) noexcept {
    if (samples.empty()) return 0;
    auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(samples.size())));
    return samples[std::clamp<std::size_t>(rank, 1, samples.size()) - 1];
}

}  // namespace sluice::inline v0::cli
