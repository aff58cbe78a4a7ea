#pragma once

#include "backend/file/operation.hpp"

namespace sluice::inline v0::file {

/// Whoever takes a name away from a file holds its folder locked while it looks and does so: alone when it compares first, together with
/// all who do not. So nobody replaces what another has just compared. The lock is of the open folder (flock): it goes with the process.
///
/// Returns what holds the lock as long as it lives. Errors: timed_out; unsupported when it is to be alone and folders cannot be locked.
awaitable<result<uring::file>> lock_folder(operation* op, uring::directory* folder, uring::lock_kind kind);

}  // namespace sluice::inline v0::file
