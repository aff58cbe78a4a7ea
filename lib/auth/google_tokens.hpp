#pragma once

#include "auth/fetch.hpp"
#include "auth/google_account.hpp"
#include "auth/provider.hpp"

#include <memory>
#include <string>

namespace sluice::inline v0::auth {

/// Tokens for Google Cloud of any kind of account, each fetch anew.
std::shared_ptr<token_provider> google_tokens(surroundings around, google_account account, std::string scope, way_out by);

/// Those of the machine's own account. `probed`: whether there is a metadata server is asked first, for a second and at most three times;
/// where there is none the failure is unauthenticated, with `otherwise` as its words.
std::shared_ptr<token_provider> google_machine_tokens(std::string host, std::string scope, bool probed, std::string otherwise);

}  // namespace sluice::inline v0::auth
