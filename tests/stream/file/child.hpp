#pragma once

#include "faulty_files.hpp"

#include <sluice/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace sluice::test {

/// When a process dies.
struct child_script {
    std::uint64_t call = 0;  ///< of its calls of files, counted from 0
    bool behind = false;     ///< when the call is done, not before
    /// Minus an errno is the answer instead of the call.
    std::function<std::int32_t(uring::request const&)> instead = [](uring::request const&) { return 0; };
};

/// Runs `body` in a process of its own, which is killed (SIGKILL) as the script says. Returns whether it was; when it came to its end
/// before, `body` must not have failed.
bool killed_in_child(child_script const& script, std::string const& which, std::function<awaitable<void>()> body);

/// Runs `body` in a process of its own; the number it returns, at most 100.
int exit_of_child(std::function<int()> body);

}  // namespace sluice::test
