#pragma once

#include "backend/s3/core.hpp"
#include "backend/s3/request.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/s3_bucket.hpp>

#include <memory>
#include <string>
#include <string_view>

// The tags of an object. (API pages: GetObjectTagging, PutObjectTagging, DeleteObjectTagging.)
namespace sluice::inline v0::s3 {

/// Errors: invalid_argument for a key that is none.
result<recipe> read_tags_recipe(object_key const& key, std::string_view version);
/// No tags at all is a removal. Errors: invalid_argument, for the key and as for `keeping::tags`.
result<recipe> write_tags_recipe(object_key const& key, std::string_view version, object_tags const& tags);
/// Errors: protocol.
result<object_tags> parse_tags(std::string document);

awaitable<object_tags> read_tags(std::shared_ptr<core const> store, object_key where, std::string version, call_options options);
awaitable<void> write_tags(std::shared_ptr<core const> store, object_key where, object_tags tags, std::string version,
                           call_options options);

inline constexpr std::size_t tags_limit = 256 * 1024;

}  // namespace sluice::inline v0::s3
