#pragma once

#include "backend/s3/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::s3 {

/// `object_store::copy`: the source is looked at and pinned to the version found. One request copies it, or, where it is large or the new
/// object is under a condition, which services check at the completion only, an upload whose parts are copied side by side.
awaitable<copied> copy(std::shared_ptr<core const> store, object_key what, object_key as, store_copy_options options);

}  // namespace sluice::inline v0::s3
