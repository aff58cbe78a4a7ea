#pragma once

#include "backend/azure/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <string>

namespace sluice::inline v0::azure {

/// Whether a write goes through only if the object is as `options` says.
bool is_conditional(put_options const& options) noexcept;

/// Sends a write whose recipe is `what`. One that is conditional names itself as `id`; when its answer is lost, or when a repetition was
/// told that the condition does not hold, what is there now tells whether it was done. Both outlive the await.
/// Errors: already_exists and precondition_failed by the conditions; ambiguous.
awaitable<result<put_result>> send_write(operation* op, recipe* what, put_options const* options);

}  // namespace sluice::inline v0::azure
