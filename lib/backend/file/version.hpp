#pragma once

#include "uring/file_status.hpp"

#include <sluice/object.hpp>

#include <string>

namespace sluice::inline v0::file {

/// Inode, size and time of the last change, in hexadecimal and quoted. What sluice writes is a new inode with a time of its own; what
/// others write in place gets a new time.
std::string etag_of(uring::file_status const& status);

object_meta meta_of(object_key key, uring::file_status const& status);

}  // namespace sluice::inline v0::file
