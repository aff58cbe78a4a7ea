#pragma once

#include "auth/partition.hpp"
#include "auth/profile.hpp"
#include "auth/provider.hpp"

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <string>

namespace sluice::inline v0::s3 {

/// What environment and profile say of endpoints.
struct endpoint_settings {
    endpoint_settings() {}
    std::string url;  ///< of S3; empty: AWS's own
    bucket_style style = bucket_style::automatic;
    bool fips = false, dual_stack = false, accelerate = false;
    auth::host_kind hosts;     ///< of other services
    bool ignore_urls = false;  ///< of other services, too
};

/// Pure but for `around`'s variables. Errors: invalid_argument for a setting that has none of its values, naming it, and for a section of
/// services that is named, would be needed and is not there.
result<endpoint_settings> read_endpoint_settings(auth::surroundings const& around, auth::profile const& profile);

}  // namespace sluice::inline v0::s3
