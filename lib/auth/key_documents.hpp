#pragma once

#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

// The documents in which temporary keys come. Pure. Errors: protocol, or unauthenticated with the service's own words where the document
// tells of a refusal; never with the text of the document, which may hold keys.
namespace sluice::inline v0::auth {

inline constexpr std::size_t key_document_limit = 64 * 1024;

/// What the metadata services of EC2, ECS and EKS answer.
result<credentials> parse_metadata_keys(std::string_view text);

/// What a `credential_process` prints.
result<credentials> parse_process_keys(std::string_view text);

/// What SSO's GetRoleCredentials answers.
result<credentials> parse_sso_keys(std::string_view text);

/// What STS answers to `action` ("AssumeRole", "AssumeRoleWithWebIdentity").
result<credentials> parse_sts_keys(std::string text, std::string_view action);

/// "AccessDenied: words" of an STS error document; empty where it is none.
std::string sts_refusal(std::string text);

/// The token that `aws sso login` left in its cache.
struct sso_token {
    std::string token;
    std::chrono::system_clock::time_point expires;
};
result<sso_token> parse_sso_token(std::string_view text);

}  // namespace sluice::inline v0::auth
