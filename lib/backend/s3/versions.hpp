#pragma once

#include "backend/s3/marked_listing.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/s3_bucket.hpp>

#include <memory>
#include <string_view>
#include <vector>

// What a bucket keeps of what was overwritten and removed. (API page: ListObjectVersions.)
namespace sluice::inline v0::s3 {

struct version_listing {
    using entry = object_version;
    static constexpr char const *operation = "list versions", *query = "versions", *limit = "max-keys", *id_marker = "version-id-marker";
    static constexpr char const *root = "ListVersionsResult", *next_id = "NextVersionIdMarker";
    static constexpr bool in_directories = false;
    static bool is_entry(std::string_view element) noexcept { return element == "Version" || element == "DeleteMarker"; }
    static result<object_version> read(codec::xml_element from, std::string_view prefix, bool encoded);
};

awaitable<remove_report> remove_versions(std::shared_ptr<core const> store, std::vector<object_version> what, call_options options);

}  // namespace sluice::inline v0::s3
