#pragma once

#include "backend/azure/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::azure {

/// What `object_store::copy` promises: the service copies, and is asked how far it is until it has ended.
awaitable<copied> copy(std::shared_ptr<core const> store, object_key what, object_key as, store_copy_options options);

}  // namespace sluice::inline v0::azure
