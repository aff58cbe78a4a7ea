#pragma once

#include "cloud/recipe.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/s3.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::s3 {

class aws_chunked_source;

/// One request without what changes from attempt to attempt: place, time, signature.
struct recipe : cloud::recipe {
    recipe() {}
    std::shared_ptr<aws_chunked_source> signed_chunks;  ///< the body, if its chunks are signed
    std::string payload_hash;                           ///< empty: of no bytes for a request without a body, else UNSIGNED-PAYLOAD
};

/// Names one conditional put, so that who lost its answer can tell its own object from another's. Users never see it.
inline constexpr std::string_view put_id_header = "x-amz-meta-sluice-put";

/// The headers of a customer's key; `of` is "x-amz-" or "x-amz-copy-source-".
void add_customer_key(http::fields& to, std::string_view of, customer_key const& key);

/// What travels with an object and how it is kept.
void add_attributes(http::fields& to, attributes const& a);
void add_keeping(http::fields& to, keeping const& k);

recipe read_recipe(object_key const& key, byte_range range, get_options const& options);
recipe head_recipe(object_key const& key, head_options const& options);

/// Errors: invalid_argument for attributes that cannot travel and for conditions that exclude each other; unsupported for a condition
/// where the service has none.
result<recipe> put_recipe(object_key const& key, payload data, put_options const& options, etag_form if_match);

/// Errors: invalid_argument for texts no key can have.
result<recipe> list_recipe(std::string_view prefix, list_options const& options);

/// Asks for the checksum of the whole, which services tell only then.
void ask_for_checksum(recipe& r);

/// What is to go: an object, or one version of it.
struct removal {
    removal() {}
    explicit removal(object_key key, std::string version = {}) : key(std::move(key)), version(std::move(version)) {}
    object_key key;
    std::string version;
};

recipe delete_recipe(object_key const& key, std::string_view version = {});

/// What a document is sent under: plain buckets know Content-MD5 everywhere, directory buckets do not know it.
enum class document_digest { md5, crc32 };

/// One batch removal (DeleteObjects). Every key must fit into XML.
recipe delete_batch_recipe(std::span<removal const> what, document_digest digest = document_digest::md5);

/// How much of the front of `what` one batch takes: at most 1000, and less than 2 MB of document.
std::size_t batch_length(std::span<removal const> what) noexcept;

}  // namespace sluice::inline v0::s3
