#pragma once

#include "cloud/recipe.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// Requests of the JSON API. Pure. (cloud.google.com/storage/docs/json_api/v1)
namespace sluice::inline v0::gcs {

/// One request without what changes from attempt to attempt.
struct recipe : cloud::recipe {
    recipe() {}
    std::string path;         ///< encoded, behind the endpoint's own; may have a query of its own
    bool of_session = false;  ///< of a resumable upload: 308 is an answer
};

/// Names one conditional put, so that who lost its answer can tell its own object from another's. Users never see it.
inline constexpr std::string_view put_id_name = "sluice-put";

/// "/storage/v1/b/bucket/o" and, with a key, the object in it.
std::string objects_path(std::string_view bucket);
std::string object_path(std::string_view bucket, std::string_view key);

/// What the target of a write must be: parameters of the query, encoded.
struct target_condition {
    target_condition() {}
    std::string query;
    static target_condition absent();
    static target_condition present();
    /// Exactly this state of an object.
    static target_condition exactly(std::string_view generation, std::string_view metageneration);
};

/// Appends an encoded query to another.
void join_query(std::string& to, std::string_view query);

/// The headers of a customer's key; `of` is "x-goog-" or "x-goog-copy-source-".
void add_customer_key(http::fields& to, std::string_view of, customer_key const& key);

/// The metadata of an object; `version` is empty for the present one.
recipe head_recipe(std::string_view bucket, std::string_view key, std::string_view version, customer_key const& by);
/// Its bytes, as they are stored.
recipe read_recipe(std::string_view bucket, std::string_view key, byte_range range, std::string_view version, customer_key const& by);

/// A page of a listing. Errors: invalid_argument for texts no key can have.
result<recipe> list_recipe(std::string_view bucket, std::string_view prefix, list_options const& options);

recipe delete_recipe(std::string_view bucket, std::string_view key, std::string_view version = {});

/// The parameters of a write that are no metadata of the object.
std::string put_query(put_options const& options, target_condition const& condition);
/// The metadata of a new object as JSON. `crc32c` and `put_id` may be empty.
std::string resource_of(std::string_view key, put_options const& options, std::string_view crc32c, std::string_view put_id);

/// One request for the whole. `boundary` occurs nowhere in the data.
recipe multipart_recipe(std::string_view bucket, std::string const& resource, payload const& data, put_options const& options,
                        target_condition const& condition, std::string_view boundary);

}  // namespace sluice::inline v0::gcs
