#pragma once

#include "auth/surroundings.hpp"

#include <sluice/azure.hpp>

#include <string_view>

namespace sluice::inline v0::azure {

/// What azure_settings::from_connection_string promises. Pure.
result<azure_settings> parse_connection_string(std::string_view text);

/// What azure_settings::from_env promises. Pure but for `around`.
result<azure_settings> read_settings(auth::surroundings const& around);

}  // namespace sluice::inline v0::azure
