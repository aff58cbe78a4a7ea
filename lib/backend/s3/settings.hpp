#pragma once

#include "auth/chain.hpp"

#include <sluice/s3.hpp>

#include <string>

namespace sluice::inline v0::s3 {

using auth::surroundings;

/// What credentials_of_env promises.
result<credentials_report> read_report(surroundings const& around, std::string profile);

/// What s3_settings::from_env promises. Pure but for `around`.
result<s3_settings> read_settings(surroundings const& around, std::string profile);

}  // namespace sluice::inline v0::s3
