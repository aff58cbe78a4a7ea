#include <sluice/azure_credentials.hpp>

#include "auth/azure_chain.hpp"
#include "auth/azure_requests.hpp"
#include "auth/azure_tokens.hpp"

#include <utility>

namespace sluice::inline v0 {

namespace {

auth::way_out way_of(azure_token_options const& options, auth::surroundings const& around) {
    auth::way_out by;
    by.ca_file = options.ca_file;
    by.network = auth::network_or_that_of(around, options.network);
    return by;
}

auth::azure_endpoint endpoint_of(azure_application const& who, azure_token_options const& options) {
    auth::surroundings const around = auth::real_surroundings();
    std::string const authority = options.authority.empty() ? around.variable("AZURE_AUTHORITY_HOST") : options.authority;
    auto at = auth::azure_endpoint_of(who, authority, options.scope, way_of(options, around));
    if (!at) throw error(at.error().reason(), at.error().info());
    return *std::move(at);
}

}  // namespace

std::shared_ptr<token_source> azure_credentials(azure_token_options options) {
    auth::surroundings const around = auth::real_surroundings();
    return auth::azure_tokens_or_error(around, options.authority, options.scope, way_of(options, around));
}

std::shared_ptr<token_source> azure_client_secret(azure_application who, std::string secret, azure_token_options options) {
    return auth::cached(auth::azure_secret_tokens(endpoint_of(who, options), std::move(secret)));
}

std::shared_ptr<token_source> azure_client_certificate(azure_application who, std::string const& text, std::string password,
                                                       azure_token_options options) {
    auto identity = base::read_identity(text, password);
    base::wipe(password);
    if (!identity) throw error(identity.error().reason(), identity.error().info());
    return auth::cached(auth::azure_certificate_tokens(endpoint_of(who, options), *std::move(identity)));
}

std::shared_ptr<token_source> azure_workload_identity(azure_application who, std::string token_file, azure_token_options options) {
    return auth::cached(auth::azure_workload_tokens(auth::real_surroundings(), endpoint_of(who, options), std::move(token_file)));
}

std::shared_ptr<token_source> azure_managed_identity(std::string client, azure_token_options options) {
    return auth::cached(auth::azure_managed_tokens(auth::real_surroundings(), std::move(options.scope), std::move(client)));
}

std::shared_ptr<token_source> azure_cli(azure_token_options options) {
    return auth::cached(auth::azure_cli_tokens(auth::real_surroundings(), std::move(options.scope)));
}

credentials_report azure_credentials_report() {
    azure_token_options const options;
    auto chosen = auth::choose_azure_tokens(auth::real_surroundings(), options.authority, options.scope, {});
    if (!chosen) throw error(chosen.error().reason(), chosen.error().info());
    return std::move(chosen->report);
}

}  // namespace sluice::inline v0
