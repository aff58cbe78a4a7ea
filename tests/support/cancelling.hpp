#pragma once

#include <sluice/awaitable.hpp>

#include <chrono>
#include <functional>

namespace sluice::test {

/// Starts `body`, cancels it (terminal) `after` so long, and waits for its end. True when it ended with operation_aborted; any other
/// exception is thrown on.
awaitable<bool> cancelled(std::function<awaitable<void>()> body, std::chrono::milliseconds after = std::chrono::milliseconds(3));

}  // namespace sluice::test
