#pragma once

#include "text/progress_text.hpp"

#include <cstdint>
#include <optional>

namespace sluice::inline v0::cli {

/// Progress on standard error: a bar on a terminal, plain lines elsewhere and beside a log.
class progress_display {
public:
    progress_display(progress_mode mode, int verbosity);
    ~progress_display();
    progress_display(progress_display const&) = delete;
    progress_display& operator=(progress_display const&) = delete;

    void update(std::uint64_t done, std::uint64_t total);
    void summary(std::uint64_t bytes, std::optional<std::uint64_t> objects = {});

private:
    progress_text text_;
};

}  // namespace sluice::inline v0::cli
