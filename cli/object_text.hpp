#pragma once

#include "text/json.hpp"

#include <sluice/object_store.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::cli {

/// An ETag without its quotes.
std::string_view plain_etag(std::string_view etag) noexcept;

/// What is listed to see all keys that begin with `prefix`: in a store that lists whole folders the one around it, so others come, too.
std::string listed_prefix(object_store const& store, std::string prefix);

/// uri, key, size, etag, last_modified: what a listing tells of an object.
json_object object_json(std::string const& uri, object_meta const& object);

/// The same and version and attributes: what a head tells.
json_object whole_object_json(std::string const& uri, object_meta const& object);

/// The same for people, a line for each.
std::string whole_object_text(std::string const& uri, object_meta const& object);

}  // namespace sluice::inline v0::cli
