#pragma once

#include "auth/surroundings.hpp"

#include <sluice/gcs.hpp>

namespace sluice::inline v0::gcs {

/// What gcs_settings::from_env promises. Pure but for `around`.
gcs_settings read_settings(auth::surroundings const& around);

}  // namespace sluice::inline v0::gcs
