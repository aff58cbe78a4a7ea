#pragma once

#include "uring/file.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>
#include <sluice/file.hpp>

#include <cstdint>

namespace sluice::inline v0::file {

/// Tells the system how a file that was just opened will be read; nothing without settings. `in_order`: from front to back.
awaitable<result<void>> advise_opened(file_settings const* settings, uring::file* file, bool in_order);

/// What stands in [offset, offset + length) has been used: it leaves the page cache where there are settings that say so.
awaitable<result<void>> advise_used(file_settings const* settings, uring::file* file, std::uint64_t offset, std::uint64_t length);

}  // namespace sluice::inline v0::file
