#pragma once

#include "backend/gcs/request.hpp"

#include <sluice/error.hpp>
#include <sluice/gcs_bucket.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Requests and documents about buckets. Pure.
namespace sluice::inline v0::gcs {

std::string bucket_path(std::string_view bucket);

recipe create_bucket_recipe(std::string_view bucket, std::string_view project, create_gcs_bucket_options const& options);
recipe list_buckets_recipe(std::string_view project, std::string_view token);

/// Errors: protocol.
result<gcs_bucket_info> parse_bucket(std::string_view document);

struct buckets_page {
    buckets_page() {}
    std::vector<gcs_bucket_info> buckets;
    std::string next;
};
/// Errors: protocol.
result<buckets_page> parse_buckets(std::string_view document);

inline constexpr std::size_t buckets_limit = 16u << 20;

}  // namespace sluice::inline v0::gcs
