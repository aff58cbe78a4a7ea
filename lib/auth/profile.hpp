#pragma once

#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// What AWS's config and credentials files say of one profile; empty strings where they say nothing.
struct profile {
    profile() {}
    bool found = false;
    credentials keys;
    std::string region;
    std::string endpoint_url;
    std::string ca_bundle;
};

/// Pure: the texts of both files (either may be empty). The credentials file wins for keys.
/// Errors: invalid_argument naming file and line for text that is no profile file.
result<profile> read_profile(std::string_view config_text, std::string_view credentials_text, std::string_view name);

}  // namespace sluice::inline v0::auth
