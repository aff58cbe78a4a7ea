#pragma once

#include "backend/gcs/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <vector>

namespace sluice::inline v0::gcs {

/// `object_store::remove`: one request a key, many side by side. A denied key is that key's affair; everything else stops the removal.
awaitable<remove_report> remove(std::shared_ptr<core const> store, std::vector<object_key> keys, call_options options);

}  // namespace sluice::inline v0::gcs
