#pragma once

#include "auth/google_account.hpp"
#include "auth/provider.hpp"

#include <string>

namespace sluice::inline v0::auth {

/// The token that another identity provider signed, from where the account says: a file, an address, a command (only when
/// GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1), or a request signed by keys of AWS (the environment's, else the machine's).
/// Lifetime: both arguments outlive the await. Cancel: nothing is left behind.
awaitable<result<std::string>> subject_token(surroundings const* around, external_account const* account);

}  // namespace sluice::inline v0::auth
