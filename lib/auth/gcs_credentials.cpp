#include <sluice/gcs_credentials.hpp>

#include "auth/google_account.hpp"
#include "auth/google_chain.hpp"
#include "auth/google_tokens.hpp"

#include <utility>

namespace sluice::inline v0 {

namespace {

auth::way_out way_of(google_token_options const& options, auth::surroundings const& around) {
    auth::way_out by;
    by.ca_file = options.ca_file;
    by.network = auth::network_or_that_of(around, options.network);
    return by;
}

}  // namespace

std::shared_ptr<token_source> google_credentials(google_token_options options) {
    auth::surroundings const around = auth::real_surroundings();
    return auth::google_account_or_error(around, options.scope, way_of(options, around)).tokens;
}

std::shared_ptr<token_source> google_credentials_of(std::string const& json, google_token_options options) {
    auth::surroundings const around = auth::real_surroundings();
    auto account = auth::parse_google_account(json, "the account's JSON");
    if (!account) throw error(account.error().reason(), account.error().info());
    return auth::cached(auth::google_tokens(around, *std::move(account), std::move(options.scope), way_of(options, around)));
}

credentials_report google_credentials_report() {
    auto chosen = auth::choose_google_account(auth::real_surroundings(), {}, {});
    if (!chosen) throw error(chosen.error().reason(), chosen.error().info());
    return std::move(chosen->report);
}

}  // namespace sluice::inline v0
