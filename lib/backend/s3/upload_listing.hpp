#pragma once

#include "backend/s3/request.hpp"
#include "codec/xml.hpp"

#include <sluice/error.hpp>
#include <sluice/s3_bucket.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Which uploads are open, and what is in them. Pure. (API pages: ListMultipartUploads, ListParts.)
namespace sluice::inline v0::s3 {

/// Where a page of open uploads, or of versions, ends: the next begins behind it. Both are needed: one key may have several.
struct listing_marker {
    listing_marker() {}
    std::string key;
    std::string id;
};

/// How a page writes keys. Encoded is better, because XML cannot carry every key; but Ceph (16.2) encodes and does not say so, where
/// others do not know the wish. A page that does not say what it did is asked for again as plain.
enum class key_form { encoded, plain };

struct upload_page {
    upload_page() {}
    bool unclear = false;  ///< whether its keys are encoded; it is to be asked for as plain, and there is nothing in it
    std::vector<open_upload> uploads;
    bool more = false;
    listing_marker next;
};

/// Errors: invalid_argument for a text no key can begin with.
result<recipe> list_uploads_recipe(std::string_view prefix, listing_marker const& after, key_form form);

/// Errors: protocol for another document, an upload without an id, a key outside `prefix`, "truncated" without a key to go on from.
result<upload_page> parse_uploads(std::string document, std::string_view prefix, key_form asked);

/// Notices a listing that does not get on: keys must not go back, and an id of one key must not come back.
class listing_progress {
public:
    /// False when `next` leads nowhere new.
    bool advances_to(listing_marker const& next);

private:
    std::string key_;
    std::set<std::string> ids_;  // of that key
};

/// Whether the page says that it is not the last. Errors: protocol.
result<bool> goes_on(codec::xml_element root);

recipe list_parts_recipe(object_key const& key, std::string_view upload_id, std::uint32_t after);

struct parts_page {
    upload_size size;
    std::uint32_t next = 0;  ///< 0 on the last page
};
/// Errors: protocol.
result<parts_page> parse_parts(std::string document, std::uint32_t after);

inline constexpr std::size_t uploads_limit = 16u << 20;  ///< bytes of a page: 1000 keys of 1 KiB, encoded, and their ids

}  // namespace sluice::inline v0::s3
