#pragma once

#include "auth/provider.hpp"

#include <chrono>

namespace sluice::inline v0::auth {

/// The keys that a program prints (`credential_process`). It is started without a shell, on the blocking pool; what it writes to standard
/// error goes to ours; it is killed after `limit`.
std::shared_ptr<provider> process_keys(std::string command_line, std::chrono::milliseconds limit = std::chrono::minutes(1));

}  // namespace sluice::inline v0::auth
