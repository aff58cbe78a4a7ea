#pragma once

#include "backend/file/operation.hpp"

#include <string>

namespace sluice::inline v0::file {

/// The folder `path` below `root`, "." for itself; made, with those above it, when it is missing. With durability file_and_directory the
/// names of what was made are on the disk.
/// Errors: invalid_argument when something on the way is no folder, or leads out of `root`; not_found when `root` has been removed.
awaitable<result<uring::directory>> make_folder(operation* op, roots::folder root, std::string path);

/// Removes `path` below `root`, and the folders above it, as far as they are empty; never `root`. That one is not empty, or cannot be
/// removed, is no failure.
awaitable<void> prune_folders(operation* op, roots::folder root, std::string path);

}  // namespace sluice::inline v0::file
