#pragma once

#include "auth/fetch.hpp"

#include <sluice/error.hpp>
#include <sluice/token.hpp>

#include <chrono>
#include <string>
#include <string_view>

// The documents in which tokens come. Pure. Errors: protocol; never with the text of the document, which may hold tokens.
namespace sluice::inline v0::auth {

/// What an OAuth 2.0 token endpoint answers at `now` (RFC 6749, 5.1), and what managed identities of Azure do: seconds may be written as
/// text, and `expires_on` (since 1970) counts before `expires_in`.
result<access_token> parse_oauth_token(std::string_view text, std::chrono::system_clock::time_point now);

/// What generateAccessToken of Google's IAM Credentials answers.
result<access_token> parse_iam_token(std::string_view text);

/// What `az account get-access-token --output json` prints.
result<access_token> parse_azure_cli_token(std::string_view text);

/// "invalid_grant: words", or "PERMISSION_DENIED: words" of Google's APIs; empty where the document tells of no error.
std::string token_refusal(std::string_view text);

/// What an answer that is no success means: unauthenticated for 4xx, throttled for 429, server for 5xx, with the service's words unless
/// they repeat `secret`, and `advice` for unauthenticated.
failure token_refused(key_answer const& answer, std::string_view secret, std::string_view advice = {});

}  // namespace sluice::inline v0::auth
