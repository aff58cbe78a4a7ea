#pragma once

#include "auth/profile_file.hpp"

#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// What AWS's config and credentials files say of one profile; empty strings where they say nothing.
struct profile {
    profile() {}
    bool found = false;
    credentials keys;            ///< empty where the profile gets its keys otherwise
    credentials own_keys;        ///< also then: with these it may ask for others
    std::string keys_elsewhere;  ///< the setting ("role_arn", "sso_session"...) by which the profile gets its keys otherwise
    std::string region;
    std::string endpoint_url;
    std::string ca_bundle;
    profile_section settings;     ///< of both files
    profile_section sso_session;  ///< the section that the profile's sso_session names
    profile_section services;     ///< the section that the profile's services names
    bool lacks_services = false;  ///< it names one, and there is none
};

/// Pure: the texts of both files (either may be empty). The credentials file wins for keys, the config file for the rest.
///
/// Read as AWS's tools do: [default], [profile x] in the config file and [x] in the credentials file; sections of other kinds and unknown
/// settings are passed over; sections of one name are merged, the later line wins.
/// Errors: invalid_argument naming file and line for text that is no profile file, and for half a key pair. Never quotes a line.
result<profile> read_profile(std::string_view config_text, std::string_view credentials_text, std::string_view name);

}  // namespace sluice::inline v0::auth
