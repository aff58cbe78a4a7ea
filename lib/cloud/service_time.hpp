#pragma once

#include "cloud/core.hpp"

#include <sluice/object.hpp>

#include <chrono>

namespace sluice::inline v0::cloud {

/// `now`, which is by our clock, by the clock of the service.
inline wall_time service_time(core const& of, wall_time now) noexcept {
    return now + std::chrono::duration_cast<wall_time::duration>(of.clock_offset());
}

}  // namespace sluice::inline v0::cloud
