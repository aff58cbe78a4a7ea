#pragma once

#include "backend/s3/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>

#include <vector>

namespace sluice::inline v0::s3 {

/// Removes everything, in batches; keys that XML cannot carry go one by one. `*op` outlives it.
/// Errors: those of a whole request. What the service says of single keys is in the report.
awaitable<result<remove_report>> remove_all(operation* op, std::vector<removal> what);

}  // namespace sluice::inline v0::s3
