#pragma once

#include <sluice/credentials.hpp>
#include <sluice/network_options.hpp>
#include <sluice/token.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0 {

/// What tokens of Google are asked for, and how their services are reached.
struct google_token_options {
    google_token_options() {}
    std::string scope = "https://www.googleapis.com/auth/cloud-platform";
    std::string ca_file;      ///< besides the system's, PEM
    network_options network;  ///< never the way to the metadata server
};

/// Application Default Credentials (cloud.google.com/docs/authentication/application-default-credentials): the JSON file that
/// GOOGLE_APPLICATION_CREDENTIALS names, the one of `gcloud auth application-default login`, the metadata server of the machine; the first
/// that is there decides. Files may hold a service account, a person, an impersonated service account or identity federation.
/// With `network` untouched, the proxies are those of the environment. Nothing is sent before the first `get`, which also says what is
/// wrong with the files. Tokens are renewed before they expire; all who ask at once cause one request.
/// Errors: of `get`: unauthenticated where nobody gives a token; invalid_argument for a file that cannot be used.
SLUICE_API std::shared_ptr<token_source> google_credentials(google_token_options options = {});

/// Of the account that `json` describes: what is in such a file. Errors: invalid_argument, at once; nothing of the text is repeated.
SLUICE_API std::shared_ptr<token_source> google_credentials_of(std::string const& json, google_token_options options = {});

/// Where `google_credentials` gets its tokens from. Nothing is sent.
/// Errors: invalid_argument for a file that cannot be used, not_found for one that is named and not there.
SLUICE_API credentials_report google_credentials_report();

}  // namespace sluice::inline v0
