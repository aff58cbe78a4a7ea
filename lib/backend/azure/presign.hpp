#pragma once

#include "auth/shared_key.hpp"
#include "backend/azure/core.hpp"

#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/presign.hpp>

#include <string>

// Signatures that others use, later. Pure. (Microsoft: "Create a service SAS", version 2020-12-06 and later.)
namespace sluice::inline v0::azure {

/// The query that allows it, from `now` on. Errors: invalid_argument for a method or a time that cannot be; unsupported for what is not
/// signed here.
result<std::string> service_sas(auth::shared_key const& by, std::string_view container, object_key const& key,
                                presign_options const& options, bool tls, wall_time now);

/// The whole URL. Errors: as above; unauthenticated and unsupported where there is no account key.
result<std::string> presigned_url(core const& store, object_key const& key, presign_options const& options, wall_time now);

}  // namespace sluice::inline v0::azure
