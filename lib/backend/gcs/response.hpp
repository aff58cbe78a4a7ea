#pragma once

#include "codec/json.hpp"
#include "http/response_head.hpp"

#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Answers of the JSON API. Pure.
namespace sluice::inline v0::gcs {

/// An object as its resource tells it.
struct resource {
    resource() {}
    object_meta object;          ///< `version` is the generation
    std::string metageneration;  ///< counts changes of attributes
    std::string put_id;          ///< see `put_id_name`
    std::string crc32c;          ///< base64; empty where none is told

    put_result put() const;
};

/// Errors: protocol for what is no resource of an object: without a name, a size or a generation.
result<resource> parse_resource(std::string_view document);
result<resource> read_resource(codec::json_document const& from);

/// What the head of an answer to a read tells, but for the size.
object_meta meta_of(object_key key, http::response_head const& head);

/// What was asked for as it is stored must have come so. Errors: protocol.
result<void> check_as_stored(http::response_head const& head);

/// A page of a listing: without what begins with `hidden`, unless `prefix` does, and without `start_after` itself.
/// Errors: protocol for another document, a key outside `prefix`.
result<list_page> parse_list(std::string_view document, std::string_view prefix, std::string_view start_after, std::string_view hidden);

/// Errors: checksum_mismatch where the service tells another CRC32C than `sent`.
result<void> check_stored(resource const& stored, std::string_view sent);

/// The text of a number. Nothing for anything else.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

inline constexpr std::size_t resource_limit = 1u << 20;
inline constexpr std::size_t list_limit = 64u << 20;  ///< bytes of a page: 1000 resources with their metadata

}  // namespace sluice::inline v0::gcs
