#pragma once

#include "auth/fetch.hpp"

#include <sluice/token.hpp>

#include <string>

namespace sluice::inline v0::auth {

/// Sends `request` to a token endpoint of OAuth 2.0. A refusal says the service's words unless they repeat `secret`, and `advice`, which
/// lives as long as the await.
awaitable<result<access_token>> ask_token(key_request request, std::string secret, char const* advice);

}  // namespace sluice::inline v0::auth
