#pragma once

#include "backend/azure/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <vector>

namespace sluice::inline v0::azure {

/// What `object_store::remove` promises; snapshots of a blob go with it.
awaitable<remove_report> remove(std::shared_ptr<core const> store, std::vector<object_key> keys, call_options options);

}  // namespace sluice::inline v0::azure
