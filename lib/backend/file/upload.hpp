#pragma once

#include "backend/file/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <memory>

namespace sluice::inline v0::file {

inline constexpr std::uint32_t max_parts = 1'000'000;

/// Begins an object in parts: one file without its name, written to at their offsets; or goes on with what `resume_as` has left.
awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options);

}  // namespace sluice::inline v0::file
