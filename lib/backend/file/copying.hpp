#pragma once

#include "backend/file/operation.hpp"

#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::file {

/// Makes the operation's key a copy of `what`, within the kernel where the file systems can (and without moving a byte where they share
/// blocks). Errors: those of `object_store::copy`; those of the source leave as `error` that names it.
awaitable<result<copied>> copy_within(operation* op, std::shared_ptr<core const> store, object_key what, store_copy_options options);

}  // namespace sluice::inline v0::file
