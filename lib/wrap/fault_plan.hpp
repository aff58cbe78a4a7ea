#pragma once

#include <sluice/wrap/faulty.hpp>

#include <mutex>
#include <optional>
#include <random>

namespace sluice::inline v0::wrap {

/// What goes wrong with one call.
struct fault {
    bool slow = false;
    std::optional<errc> refused;
    std::optional<errc> lost;
};

/// The faults of a seed, call by call. Threads: any; the order of the calls decides who meets what.
class fault_plan {
public:
    explicit fault_plan(faulty_options options) : options_(std::move(options)), chance_(options_.seed) {}

    /// For the next call; `body`: of an open body, which fails by being cut.
    fault next(bool body);

private:
    double fraction() { return static_cast<double>(chance_() >> 11) * 0x1p-53; }

    faulty_options const options_;
    std::mutex mutex_;  // guards what follows
    std::mt19937_64 chance_;
};

}  // namespace sluice::inline v0::wrap
