#pragma once

#include "uring/directory.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <string>

namespace sluice::inline v0::file {

/// Opens `path` below `from`, as an object: what is not there, or lies below something that is no folder, is not_found; a link that
/// leads out of `from`, and what is neither file nor folder, are invalid_argument. `flags` as of open(2).
awaitable<result<uring::file>> open_beneath(uring::directory* from, std::string path, int flags);

}  // namespace sluice::inline v0::file
