#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::soak {

/// What this process holds at one moment.
struct sample {
    std::uint64_t resident = 0;  ///< bytes
    std::uint64_t heap = 0;      ///< bytes that were asked for and not given back: coroutine frames, timers, buffers, ..
    std::uint64_t descriptors = 0;
    std::uint64_t connections = 0;  ///< in the pool, in use or not
    std::uint64_t waiting = 0;      ///< for one of them
};

sample sample_of_process();

/// The means of the first quarter after the warm-up, a tenth of all, and of the last quarter.
struct ends {
    sample first, last;
};
ends ends_of(std::vector<sample> const& all);

/// What has grown from the first to the last, by name; noise is a twentieth, and what the second argument allows.
std::vector<std::string> grown(ends const& both, sample const& noise);

std::string text_of(sample const& s);

}  // namespace sluice::soak
