#pragma once

#include "backend/gcs/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <memory>

namespace sluice::inline v0::gcs {

/// `object_store::create_upload`: every part is a temporary object of its own, in a folder of the upload below
/// `gcs_settings::parts_prefix`; the end composes them, 32 at a time, and removes them. With `resume_as` the folder's name follows from it:
/// what lies there are the parts that an interrupted upload had left.
awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options);

}  // namespace sluice::inline v0::gcs
