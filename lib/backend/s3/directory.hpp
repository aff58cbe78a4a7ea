#pragma once

#include "backend/s3/request.hpp"

#include <sluice/error.hpp>
#include <sluice/options.hpp>

#include <string_view>

// Directory buckets, those of S3 Express One Zone: their names, and what they do not have. Pure. (User guide: "Directory buckets";
// docs/design/017.)
namespace sluice::inline v0::s3 {

/// By its name, "base--zone--x-s3", as AWS's tools tell them, at whatever endpoint.
bool is_directory_bucket(std::string_view bucket) noexcept;

/// "use1-az4" of "base--use1-az4--x-s3"; empty for a name that has no zone or no base.
std::string_view zone_of(std::string_view bucket) noexcept;

/// What is said of something they do not have: "tags". `errc::unsupported`.
failure no_directory_has(std::string_view what);

/// Errors: unsupported.
result<void> check_directory_reading(std::string_view version, customer_key const& key);
result<void> check_directory_prefix(std::string_view prefix);
result<void> check_directory_listing(std::string_view prefix, list_options const& options);

/// Makes one. Errors: invalid_argument for a name that cannot be; unsupported for a location or object lock.
result<recipe> create_directory_recipe(std::string_view bucket, std::string_view location, bool object_lock);

}  // namespace sluice::inline v0::s3
