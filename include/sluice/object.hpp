#pragma once

#include <sluice/byte_range.hpp>
#include <sluice/checksum.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0 {

/// The name of an object inside its store: any UTF-8 of 1 to 1024 bytes without NUL, taken literally.
using object_key = std::string;

using wall_time = std::chrono::system_clock::time_point;

/// Headers that travel with an object, and the user's own names and values (names are case-insensitive, kept lower case).
struct attributes {
    attributes() {}
    std::string content_type;
    std::string content_encoding;
    std::string content_language;
    std::string content_disposition;
    std::string cache_control;
    std::vector<std::pair<std::string, std::string>> metadata;

    friend bool operator==(attributes const&, attributes const&) = default;
};

/// What a store tells about an object. A listing leaves `attributes` empty.
struct object_meta {
    object_meta() {}
    object_key key;
    std::uint64_t size = 0;  ///< of the whole object, also when a range was read
    std::string etag;        ///< as the service gives it, quotes included
    std::optional<wall_time> last_modified;
    std::string version;                      ///< empty where the store keeps none
    std::string storage_class;                ///< empty where the service tells none, as AWS does for STANDARD
    std::string encryption;                   ///< by which the service keeps it, "AES256" and the like
    std::string owner;                        ///< the service's id of who owns it; only in a listing that asks for it
    std::string access;                       ///< how a store of files reads it: "direct" or "buffered"; of other stores empty
    std::optional<object_checksum> checksum;  ///< where the service tells one of the whole; a listing has none
    sluice::v0::attributes attributes;
};

/// What a read into the caller's memory delivered.
struct read_result {
    read_result() {}
    object_meta object;
    resolved_range range;  ///< the bytes that now stand at the front of the caller's memory
};

struct put_result {
    put_result() {}
    std::string etag;
    std::string version;
};

/// What a copy did.
struct copied {
    copied() {}
    object_meta object;         ///< the source
    put_result put;             ///< the new object
    std::uint64_t resumed = 0;  ///< bytes that an interrupted copy of the same version had left
};

struct list_page {
    list_page() {}
    std::vector<object_meta> objects;   ///< in key order, where the store has one
    std::vector<std::string> prefixes;  ///< common prefixes, when a delimiter was asked for
    std::string next;                   ///< token of the next page; empty on the last page
};

/// Outcome of a batch removal. A key that did not exist counts as removed where the service says so.
struct remove_report {
    struct failed_key {
        failed_key() {}
        object_key key;
        std::string version;  ///< where it was one version that was to go
        std::string code;     ///< the service's word, "AccessDenied"
        std::string message;
    };
    remove_report() {}
    std::uint64_t removed = 0;
    std::vector<failed_key> failed;
};

}  // namespace sluice::inline v0
