#pragma once

#include "backend/s3/marked_listing.hpp"

#include <sluice/error.hpp>
#include <sluice/s3_bucket.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// Which uploads are open, and what is in them. Pure. (API pages: ListMultipartUploads, ListParts.)
namespace sluice::inline v0::s3 {

struct upload_listing {
    using entry = open_upload;
    static constexpr char const *operation = "list uploads", *query = "uploads", *limit = "max-uploads", *id_marker = "upload-id-marker";
    static constexpr char const *root = "ListMultipartUploadsResult", *next_id = "NextUploadIdMarker";
    static constexpr bool in_directories = true;
    static bool is_entry(std::string_view element) noexcept { return element == "Upload"; }
    static result<open_upload> read(codec::xml_element from, std::string_view prefix, bool encoded);
};

recipe list_parts_recipe(object_key const& key, std::string_view upload_id, std::uint32_t after);

struct parts_page {
    upload_size size;
    std::uint32_t next = 0;  ///< 0 on the last page
};
/// Errors: protocol.
result<parts_page> parse_parts(std::string document, std::uint32_t after);

}  // namespace sluice::inline v0::s3
