#pragma once

#include "cloud/recipe.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Requests of the Blob service. Pure. (Microsoft: "Blob Service REST API".)
namespace sluice::inline v0::azure {

using cloud::recipe;

/// Names one conditional write, so that who lost its answer can tell its own object from another's. Users never see it.
inline constexpr std::string_view put_id_name = "sluice_put_id";

/// Bytes of a range that the service tells the checksum of.
inline constexpr std::uint64_t checked_range = 4ull << 20;

/// `checked`: asks for the range's checksum, which must be small enough.
recipe read_recipe(object_key const& key, byte_range range, get_options const& options, bool checked);
recipe head_recipe(object_key const& key, head_options const& options);

/// Errors: invalid_argument for attributes that cannot travel and for conditions that exclude each other; unsupported for what Azure has no
/// word for.
result<recipe> put_recipe(object_key const& key, payload data, put_options const& options);

/// What a write says of the object beside its bytes; `commit`: as a list of blocks wants it. Errors: as of `put_recipe`.
result<void> add_writing(recipe& to, put_options const& options, bool commit);
/// The conditions alone.
void add_conditions(recipe& to, put_options const& options);
void add_customer_key(http::fields& to, customer_key const& key);

/// Errors: invalid_argument for texts no key can have; unsupported for `start_after`.
result<recipe> list_recipe(std::string_view prefix, list_options const& options);

recipe delete_recipe(object_key const& key);

/// A block's name, of which all of one blob have the same length: of the upload and of its place.
std::string block_id(std::string_view upload, std::uint32_t number, std::uint64_t offset);

/// The name of the upload of generation `number` that `resume_as` names; one that was aborted is followed by the next.
std::string upload_name(std::string_view resume_as, unsigned generation);
inline constexpr std::size_t upload_name_size = 16;

/// What a block's name tells; nothing of another upload's. Number 0 marks an upload that was aborted.
struct block_place {
    std::uint32_t number = 0;
    std::uint64_t offset = 0;
};
std::optional<block_place> place_of_block(std::string_view upload, std::string_view id);

recipe block_recipe(object_key const& key, std::string_view id, payload data, customer_key const& kept_by);
/// Errors: as of `put_recipe`.
result<recipe> commit_recipe(object_key const& key, std::vector<std::string> const& ids, put_options const& options);
recipe block_list_recipe(object_key const& key);

/// The bytes of `source` (an absolute URL) become `key`, as its version `etag`. Errors: as of `put_recipe`.
result<recipe> copy_recipe(object_key const& key, std::string_view source, std::string_view etag, put_options const& options);
recipe abort_copy_recipe(object_key const& key, std::string_view copy_id);
/// The headers that travel with the object, in place of those it has.
recipe properties_recipe(object_key const& key, attributes const& a, std::string_view etag);
/// No metadata any more.
recipe no_metadata_recipe(object_key const& key, std::string_view etag);

}  // namespace sluice::inline v0::azure
