#pragma once

#include "auth/surroundings.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::auth {

/// Another program that tells something.
struct program {
    program() {}
    std::string name;                                            ///< in errors
    std::vector<std::string> words;                              ///< it and its arguments; no shell comes between
    std::vector<std::pair<std::string, std::string>> variables;  ///< of its environment, besides ours
    std::chrono::milliseconds limit = std::chrono::minutes(1);   ///< it is killed after that
};

/// What `what` prints; what it writes to standard error goes to ours. Blocks.
/// Errors: io when it cannot be started, timed_out when it does not end in time or prints too much, unauthenticated when it fails. They
/// hold nothing of what it printed.
result<std::string> run_program(program const& what);

/// The same by `around`, on the blocking pool. Lifetime: `around` outlives the await. Cancel: nothing is left behind.
awaitable<result<std::string>> output_of(surroundings const* around, program what);

}  // namespace sluice::inline v0::auth
