#pragma once

#include "auth/partition.hpp"
#include "auth/provider.hpp"

#include <sluice/network_options.hpp>

namespace sluice::inline v0::auth {

/// What a profile says of IAM Identity Center.
struct sso_account {
    sso_account() {}
    std::string session;  ///< name of the sso-session; empty for a profile that has the start URL itself
    std::string start_url;
    std::string region;
    std::string account_id;
    std::string role_name;
    std::string endpoint;  ///< empty: AWS's portal in the region
    host_kind hosts;       ///< which of these
    std::string ca_file;
    network_options network;
};

/// Where `aws sso login` leaves the token, below the home directory.
std::string sso_token_file(sso_account const& account);

/// Keys for the token that `aws sso login` left. A token that has expired is an error: only a person can get another.
std::shared_ptr<provider> sso_keys(surroundings around, sso_account account);

}  // namespace sluice::inline v0::auth
