#pragma once

#include "support/history.hpp"

#include <cstdint>
#include <vector>

namespace sluice::model {

/// What came of some clients that swap one object, each what it read last, by If-Match and create-only.
struct rivalry {
    std::vector<test::register_event> history;
    std::uint64_t faults = 0;
};

/// On an S3 in a simulated world, whose network and service fail now and then.
rivalry rivals_in_a_world(std::uint64_t seed);

/// On files of a disk in a simulated world, whose calls fail now and then.
rivalry rivals_at_files(std::uint64_t seed);

/// On a memory store that loses one outcome in five.
rivalry rivals_at_a_faulty_store(std::uint64_t seed);

}  // namespace sluice::model
