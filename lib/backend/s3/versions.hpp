#pragma once

#include "backend/s3/core.hpp"
#include "backend/s3/request.hpp"
#include "backend/s3/upload_listing.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/s3_bucket.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// What a bucket keeps of what was overwritten and removed. (API page: ListObjectVersions.)
namespace sluice::inline v0::s3 {

struct versions_page {
    versions_page() {}
    bool unclear = false;  ///< whether its keys are encoded, as of an `upload_page`
    std::vector<object_version> versions;
    bool more = false;
    listing_marker next;
};

/// Errors: invalid_argument for a text no key can begin with.
result<recipe> list_versions_recipe(std::string_view prefix, listing_marker const& after, key_form form);
/// Errors: protocol, as of `parse_uploads`.
result<versions_page> parse_versions(std::string document, std::string_view prefix, key_form asked);

awaitable<void> for_each_version(std::shared_ptr<core const> store, std::string prefix, version_visitor visit, call_options options);
awaitable<remove_report> remove_versions(std::shared_ptr<core const> store, std::vector<object_version> what, call_options options);

}  // namespace sluice::inline v0::s3
