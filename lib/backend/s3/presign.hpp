#pragma once

#include "auth/sigv4.hpp"
#include "backend/s3/endpoint.hpp"
#include "backend/s3/request.hpp"

#include <sluice/s3_bucket.hpp>

#include <chrono>
#include <string>

// A request that is signed now and sent by somebody else, later. Pure.
namespace sluice::inline v0::s3 {

/// What the URL will stand for. Errors: invalid_argument for a method, a time, a part or a header that cannot be.
result<recipe> presign_recipe(object_key const& key, presign_options const& options);

std::string presigned_url(auth::sigv4_signer const& signer, recipe const& what, place const& where, credentials const& keys, wall_time now,
                          std::chrono::seconds expires);

}  // namespace sluice::inline v0::s3
