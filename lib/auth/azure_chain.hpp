#pragma once

#include "auth/fetch.hpp"
#include "auth/provider.hpp"

#include <sluice/azure_credentials.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::auth {

struct chosen_tokens {
    std::shared_ptr<token_source> tokens;  ///< never null
    credentials_report report;
};

/// The first that is configured, in the order of Microsoft's libraries: environment, workload identity, managed identity, Azure CLI.
/// `authority` and `scope` as in `azure_token_options`. Nothing is fetched yet; blocks for a certificate's file.
/// Errors: invalid_argument for settings that contradict each other, not_found for a certificate that is not there.
result<chosen_tokens> choose_azure_tokens(surroundings const& around, std::string const& authority, std::string const& scope,
                                          way_out const& by);

/// The same, with the error said by the source's `get`.
std::shared_ptr<token_source> azure_tokens_or_error(surroundings const& around, std::string const& authority, std::string const& scope,
                                                    way_out const& by);

}  // namespace sluice::inline v0::auth
