#pragma once

#include "backend/s3/request.hpp"
#include "http/response_head.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::s3 {

/// What the fields of an answer tell about the object, but for its size.
object_meta meta_of(object_key key, http::response_head const& head);

/// What they tell about an object that was written.
put_result put_result_of(http::response_head const& head);

/// A service that uses the customer's key of a request says so in its answer; one that knows no such keys passes over it in silence, and
/// has kept in the open what was to be kept under it. Errors: unsupported.
result<void> check_key_used(http::fields const& sent, http::response_head const& head);

/// The size HEAD gives. Errors: protocol when it says none.
result<std::uint64_t> size_of_head(http::response_head const& head);

/// A page of ListObjectsV2. Errors: protocol for another document, a key outside `prefix`, "truncated" without a token.
result<list_page> parse_list(std::string document, std::string_view prefix);

/// The outcome of one batch removal: `removed` counts; what the service says nothing about is among the failed.
result<remove_report> parse_delete_result(std::string document, std::span<removal const> asked);

inline constexpr std::size_t list_limit = 16u << 20;  ///< bytes of a page: 1000 keys of 1 KiB, encoded, and as many groups
inline constexpr std::size_t delete_result_limit = 8u << 20;

}  // namespace sluice::inline v0::s3
