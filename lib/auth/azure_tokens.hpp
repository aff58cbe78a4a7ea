#pragma once

#include "auth/azure_requests.hpp"
#include "auth/provider.hpp"

#include <memory>
#include <string>

namespace sluice::inline v0::auth {

std::shared_ptr<token_provider> azure_secret_tokens(azure_endpoint at, std::string secret);
std::shared_ptr<token_provider> azure_certificate_tokens(azure_endpoint at, base::signing_identity by);
std::shared_ptr<token_provider> azure_workload_tokens(surroundings around, azure_endpoint at, std::string token_file);
std::shared_ptr<token_provider> azure_managed_tokens(surroundings around, std::string scope, std::string client);
std::shared_ptr<token_provider> azure_cli_tokens(surroundings around, std::string scope);

/// The machine's managed identity where there is one, else `otherwise`, which may be null. A machine has none where nobody answers within a
/// second, or who answers says so with 400.
std::shared_ptr<token_provider> azure_machine_or(surroundings around, std::string scope, std::string client,
                                                 std::shared_ptr<token_provider> otherwise);

}  // namespace sluice::inline v0::auth
