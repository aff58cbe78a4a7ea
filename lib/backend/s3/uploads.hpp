#pragma once

#include "backend/s3/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/s3_bucket.hpp>

#include <memory>
#include <string>
#include <vector>

// Uploads that were begun and not ended: what `s3_bucket` promises of them.
namespace sluice::inline v0::s3 {

awaitable<std::vector<open_upload>> uploads(std::shared_ptr<core const> store, std::string prefix, call_options options);
awaitable<upload_size> size_of_upload(std::shared_ptr<core const> store, object_key where, std::string id, call_options options);
awaitable<void> abort_upload(std::shared_ptr<core const> store, object_key where, std::string id, call_options options);

}  // namespace sluice::inline v0::s3
