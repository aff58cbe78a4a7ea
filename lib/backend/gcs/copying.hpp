#pragma once

#include "backend/gcs/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::gcs {

/// `object_store::copy`: the source is looked at and pinned to the generation found; then the service rewrites, over as many requests as it
/// wants, each of which goes on where the last one ended.
awaitable<copied> copy(std::shared_ptr<core const> store, object_key what, object_key as, store_copy_options options);

}  // namespace sluice::inline v0::gcs
