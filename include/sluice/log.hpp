#pragma once

#include <sluice/config.hpp>

#include <functional>
#include <string_view>

namespace sluice::inline v0 {

enum class log_level { off = 0, info = 1, debug = 2 };

/// Where a store tells what it does: one line per call, no line end, secrets removed at the source.
///
/// Threads: called from any thread that runs the store's operations; must not throw or block for long.
using log_sink = std::function<void(log_level, std::string_view)>;

}  // namespace sluice::inline v0
