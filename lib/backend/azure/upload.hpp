#pragma once

#include "backend/azure/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <memory>

namespace sluice::inline v0::azure {

inline constexpr std::uint32_t max_blocks = 50'000;
inline constexpr std::uint64_t max_block = 4'000ull << 20;

/// Begins an upload in blocks; with `resume_as` one that goes on with the blocks an earlier one of that name has left.
awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options);

}  // namespace sluice::inline v0::azure
