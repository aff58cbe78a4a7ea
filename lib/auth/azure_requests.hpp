#pragma once

#include "auth/fetch.hpp"
#include "auth/surroundings.hpp"
#include "base/sign.hpp"

#include <sluice/azure_credentials.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

// What Entra ID and managed identities are asked for tokens with. Pure, but for the variables of `around`.
namespace sluice::inline v0::auth {

/// Where an application asks for tokens, and for what.
struct azure_endpoint {
    azure_endpoint() {}
    web_address to;
    std::string url;  ///< of `to`: the audience of what is signed
    std::string client;
    std::string scope;
    way_out by;
};

/// Errors: invalid_argument for a tenant or a client that is none, and an authority that is not https (or on this machine).
result<azure_endpoint> azure_endpoint_of(azure_application const& who, std::string const& authority, std::string const& scope,
                                         way_out const& by);

key_request client_secret_request(azure_endpoint const& at, std::string_view secret);
key_request client_assertion_request(azure_endpoint const& at, std::string_view assertion);

/// What an application says of itself at `now`, signed by its certificate's key (PS256, x5t#S256): good for ten minutes. `id` is the only
/// one of its kind.
result<std::string> client_assertion(azure_endpoint const& at, base::signing_identity const& by, std::string_view id,
                                     std::chrono::system_clock::time_point now);

/// "https://storage.azure.com" of "https://storage.azure.com/.default".
std::string azure_resource(std::string_view scope);

/// Of a managed identity: of App Service where IDENTITY_ENDPOINT and IDENTITY_HEADER are set, else of the machine. `client` may be empty.
result<key_request> managed_identity_request(surroundings const& around, std::string_view scope, std::string_view client);
/// Whether there is a service for the machine's at all: it refuses this, and soon.
result<key_request> managed_identity_probe(surroundings const& around);

}  // namespace sluice::inline v0::auth
