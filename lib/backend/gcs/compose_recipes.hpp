#pragma once

#include "backend/gcs/request.hpp"
#include "backend/gcs/response.hpp"

#include <sluice/error.hpp>
#include <sluice/upload.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Uploads in parts: each part is an object of its own until they are composed. Pure.
namespace sluice::inline v0::gcs {

inline constexpr std::size_t most_sources = 32;          ///< of one compose
inline constexpr std::uint32_t max_parts = 10'000;       ///< ours: the service has no limit
inline constexpr std::uint64_t max_object = 5ull << 40;  ///< bytes

/// One part, or some of them put together, as an object.
struct part_object {
    part_object() {}
    part_place where;
    std::string name;
    std::string generation;
    std::uint64_t size = 0;
    std::string crc32c;  ///< empty: the service does not tell
};

/// The folder of an upload: 32 hexadecimal digits. That of one that can be taken up again follows from what it is.
std::string resumed_id(std::string_view key, std::string_view resume_as);
/// "prefix/id/00001-0"
std::string part_name(std::string_view folder, part_place where);
/// Nothing for what is no part.
std::optional<part_place> parse_part_name(std::string_view folder, std::string_view name) noexcept;

/// A page of what lies in `folder`: `parts`, of each number the newest, and `next`. Errors: protocol.
struct parts_page {
    parts_page() {}
    std::vector<part_object> parts;
    std::vector<std::string> names;  ///< of all that lies there
    std::string next;
};
result<parts_page> parse_parts(std::string_view document, std::string_view folder);

/// Puts `sources`, at most 32, together as `as`; `described` is the metadata of that.
recipe compose_recipe(std::string_view bucket, std::string_view as, std::span<part_object const> sources, std::string const& described,
                      put_options const& options, target_condition const& condition);

/// The CRC32C of all parts in order. Nothing where one is not known.
std::optional<std::string> combined_crc32c(std::span<part_object const> parts);

}  // namespace sluice::inline v0::gcs
