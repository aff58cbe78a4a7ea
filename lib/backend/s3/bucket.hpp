#pragma once

#include "backend/s3/endpoint.hpp"
#include "backend/s3/request.hpp"

#include <sluice/error.hpp>
#include <sluice/s3_bucket.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Requests and documents about buckets. Pure. (API pages: CreateBucket, ListBuckets, GetBucketLocation, GetBucketVersioning,
// PutBucketVersioning.)
namespace sluice::inline v0::s3 {

/// A request with a document, which services want to be under a digest.
recipe with_document(std::string_view method, std::string_view query, std::string const& document,
                     document_digest digest = document_digest::md5);

/// Errors: invalid_argument for a name or a location that cannot be.
result<recipe> create_recipe(std::string_view bucket, place const& where, create_bucket_options const& options);

/// Errors: invalid_argument for `never`.
result<recipe> versioning_recipe(bucket_versioning wanted);

struct buckets_page {
    buckets_page() {}
    std::vector<listed_bucket> buckets;
    std::string next;  ///< token of the next page; empty on the last
};
/// Errors: protocol, of all of these.
result<buckets_page> parse_buckets(std::string document);
result<std::string> parse_location(std::string document);
result<bucket_versioning> parse_versioning(std::string document);

inline constexpr std::size_t buckets_limit = 16u << 20;

}  // namespace sluice::inline v0::s3
