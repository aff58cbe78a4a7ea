#pragma once

#include "auth/provider.hpp"

#include <string>

namespace sluice::inline v0::auth {

/// The text of a small file that other programs renew, read on the blocking pool; white space at its end is cut off.
/// Errors: not_found, and those of `surroundings::file`. Cancel: nothing is left behind.
awaitable<result<std::string>> read_secret(surroundings const* around, std::string path);

}  // namespace sluice::inline v0::auth
