#pragma once

#include "http/response_head.hpp"

#include <sluice/azure_container.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/upload.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::azure {

/// What the fields of an answer tell about the object, but for its size.
object_meta meta_of(object_key key, http::response_head const& head);
put_result put_result_of(http::response_head const& head);

/// The checksum of the range that an answer has, in our order of bytes; nothing when it tells none.
std::optional<object_checksum> range_checksum(http::response_head const& head);
/// A CRC as the service writes it: base64 of its bytes, lowest first.
std::string crc_in_azures_order(std::uint64_t crc);

/// The size HEAD gives. Errors: protocol when it says none.
result<std::uint64_t> size_of_head(http::response_head const& head);

/// How a copy stands.
struct copy_state {
    std::string id;
    enum class what { none, pending, success, failed } status = what::none;
    std::string description;
    std::string source;  ///< URL, without its query
};
copy_state copy_state_of(http::response_head const& head);

/// A page of List Blobs. Errors: protocol for another document, and for a name outside `prefix`.
result<list_page> parse_list(std::string document, std::string_view prefix);

/// The blocks of a blob that are not committed. Errors: protocol.
struct listed_block {
    std::string id;
    std::uint64_t size = 0;
};
result<std::vector<listed_block>> parse_block_list(std::string document);

/// A page of an account's containers. Errors: protocol.
struct container_page {
    container_page() {}
    std::vector<listed_container> containers;
    std::string next;
};
result<container_page> parse_containers(std::string document);

inline constexpr std::size_t list_limit = 32u << 20;        ///< bytes of a page of 5,000
inline constexpr std::size_t block_list_limit = 32u << 20;  ///< of 100,000 blocks

}  // namespace sluice::inline v0::azure
