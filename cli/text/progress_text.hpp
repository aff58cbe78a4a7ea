#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::inline v0::cli {

enum class progress_mode { automatic, bar, plain, none };

/// Decides what a progress display writes and when. Time comes from outside.
class progress_text {
public:
    using time = std::chrono::steady_clock::time_point;

    /// `mode` is never automatic. A bar is redrawn ten times a second at most, plain lines come every three seconds.
    progress_text(progress_mode mode, time start) : mode_(mode), start_(start), last_(start) {}

    /// What to write now, mostly nothing. `total` 0: not known.
    std::string update(std::uint64_t done, std::uint64_t total, time now);

    /// The one line at the end; of how many objects, where that is of interest.
    std::string summary(std::uint64_t bytes, time now, std::optional<std::uint64_t> objects = {});

    /// Takes a bar off the line it stands on, so that something else can be written there.
    std::string clear();

private:
    progress_mode mode_;
    time start_, last_;
    bool drawn_ = false;
};

}  // namespace sluice::inline v0::cli
