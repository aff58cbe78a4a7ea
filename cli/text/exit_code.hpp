#pragma once

#include <sluice/error.hpp>

namespace sluice::inline v0::cli {

/// What the command's exit codes mean; a script may rely on them. A signal is 128 plus its number.
enum class exit_code {
    done = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    denied = 4,
    gave_up = 5,  ///< a fault that may pass: worth trying again later
    precondition = 6,
    integrity = 7,
};

exit_code exit_code_of(errc reason) noexcept;

}  // namespace sluice::inline v0::cli
