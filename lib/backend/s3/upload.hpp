#pragma once

#include "backend/s3/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <memory>

namespace sluice::inline v0::s3 {

/// Begins an upload in parts.
awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options);

}  // namespace sluice::inline v0::s3
