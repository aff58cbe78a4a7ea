#include "backend/azure/request.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/http_date.hpp"
#include "base/percent.hpp"
#include "cloud/range_answer.hpp"
#include "codec/xml.hpp"
#include "store/check.hpp"
#include "store/conditions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <span>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }
failure no_word(std::string what) { return {errc::unsupported, std::move(what)}; }

constexpr std::string_view snapshot_mark = "snapshot=";
constexpr std::size_t digits_of_number = 5, digits_of_offset = 16;

void add_version(recipe& to, std::string_view const version) {
    if (version.starts_with(snapshot_mark))
        cloud::add_query(to.query, "snapshot", version.substr(snapshot_mark.size()));
    else if (!version.empty())
        cloud::add_query(to.query, "versionid", version);
}

void add_reading(recipe& to, head_options const& what) {
    to.if_match = store::quoted_etag(what.if_match);
    if (!what.if_none_match.empty()) to.headers.add("If-None-Match", store::quoted_etag(what.if_none_match));
    if (what.if_modified_since) to.headers.add("If-Modified-Since", base::format_http_date(*what.if_modified_since));
    if (what.if_unmodified_since) to.headers.add("If-Unmodified-Since", base::format_http_date(*what.if_unmodified_since));
    add_version(to, what.version);
    add_customer_key(to.headers, what.key);
}

/// Names are identifiers of C#.
bool is_identifier(std::string_view const name) noexcept {
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    auto const fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && letter(name.front()) && std::ranges::all_of(name, fits);
}

void add(http::fields& to, std::string_view name, std::string_view value) {
    if (!value.empty()) to.add(name, value);
}

result<void> add_metadata(http::fields& to, attributes const& a) {
    for (auto const& [name, value] : a.metadata) {
        if (!is_identifier(name))
            return refused("Azure's metadata names have letters, digits and underscores, and no digit first: \"" + name + "\" has not");
        if (value.empty()) return refused("Azure keeps no metadata without a value: \"" + name + "\" has none");
        to.add("x-ms-meta-" + base::lower(name), value);
    }
    return {};
}

result<void> add_keeping(http::fields& to, keeping const& k) {
    if (auto const checked = store::check_keeping(k); !checked) return checked;
    if (!k.acl.empty()) return no_word("Azure has no access lists of blobs; keeping::acl is for S3");
    if (!k.encryption.empty() || !k.kms_key.empty() || !k.kms_context.empty())
        return no_word("Azure encrypts by keys of the account; keeping::encryption is for S3");
    add(to, "x-ms-access-tier", k.storage_class);
    std::string tags;
    for (auto const& [name, value] : k.tags) {
        std::string encoded;
        base::percent_encode(encoded, name, false);
        cloud::add_query(tags, encoded, value);
    }
    add(to, "x-ms-tags", tags);
    if (!k.lock_mode.empty()) {
        bool const known = k.lock_mode == "Unlocked" || k.lock_mode == "Locked";
        if (!known) return refused("Azure's keeping::lock_mode is Unlocked or Locked");
        to.add("x-ms-immutability-policy-mode", k.lock_mode);
    }
    if (k.retain_until) to.add("x-ms-immutability-policy-until-date", base::format_http_date(*k.retain_until));
    if (k.legal_hold) to.add("x-ms-legal-hold", "true");
    add_customer_key(to, k.key);
    return {};
}

void add_content_headers(http::fields& to, attributes const& a) {
    add(to, "x-ms-blob-content-type", a.content_type);
    add(to, "x-ms-blob-content-encoding", a.content_encoding);
    add(to, "x-ms-blob-content-language", a.content_language);
    add(to, "x-ms-blob-content-disposition", a.content_disposition);
    add(to, "x-ms-blob-cache-control", a.cache_control);
}

}  // namespace

void add_customer_key(http::fields& to, customer_key const& key) {
    if (key.secret.empty()) return;
    auto const secret = std::as_bytes(std::span<char const>(key.secret));
    to.add("x-ms-encryption-key", base::base64_encode(secret));
    to.add("x-ms-encryption-key-sha256", base::base64_encode(base::sha256(secret)));
    to.add("x-ms-encryption-algorithm", "AES256");
}

void add_conditions(recipe& to, put_options const& options) {
    to.if_match = store::quoted_etag(options.if_match);
    if (options.create_only) to.headers.add("If-None-Match", "*");
}

result<void> add_writing(recipe& to, put_options const& options, bool const commit) {
    if (options.create_only && !options.if_match.empty()) return refused("create_only and if_match exclude each other");
    if (auto const checked = store::check_attributes(options.attributes); !checked) return checked;
    add_conditions(to, options);
    add_content_headers(to.headers, options.attributes);
    // Where there is none the service takes that of the request, and of a list of blocks that is its own.
    if (commit && options.attributes.content_type.empty()) to.headers.add("x-ms-blob-content-type", "application/octet-stream");
    if (auto const added = add_metadata(to.headers, options.attributes); !added) return added;
    return add_keeping(to.headers, options.keeping);
}

recipe read_recipe(object_key const& key, byte_range const range, get_options const& options, bool const checked) {
    recipe r;
    r.key = key;
    r.range = cloud::range_value(range);
    add_reading(r, options);
    if (checked) r.headers.add("x-ms-range-get-content-crc64", "true");
    return r;
}

recipe head_recipe(object_key const& key, head_options const& options) {
    recipe r;
    r.method = "HEAD";
    r.key = key;
    add_reading(r, options);
    return r;
}

result<recipe> put_recipe(object_key const& key, payload data, put_options const& options) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.headers.add("x-ms-blob-type", "BlockBlob");
    if (auto const added = add_writing(r, options, false); !added) return added.error();
    r.body = std::move(data);
    return r;
}

result<recipe> list_recipe(std::string_view const prefix, list_options const& options) {
    if (auto const checked = store::check_listing(prefix, options); !checked) return checked.error();
    if (!options.start_after.empty()) return no_word("Azure lists from the first key on; list_options::start_after is for other stores");
    if (options.owners) return no_word("Azure's blobs have no owners; leave list_options::owners off");
    recipe r;
    cloud::add_query(r.query, "comp", "list");
    if (!options.delimiter.empty()) cloud::add_query(r.query, "delimiter", options.delimiter);
    if (!options.next.empty()) cloud::add_query(r.query, "marker", options.next);
    cloud::add_query(r.query, "maxresults", std::to_string(std::min<std::uint32_t>(options.max_keys, 5000)));
    if (!prefix.empty()) cloud::add_query(r.query, "prefix", prefix);
    cloud::add_query(r.query, "restype", "container");
    return r;
}

recipe delete_recipe(object_key const& key) {
    recipe r;
    r.method = "DELETE";
    r.key = key;
    r.headers.add("x-ms-delete-snapshots", "include");
    return r;
}

std::string block_id(std::string_view const upload, std::uint32_t const number, std::uint64_t const offset) {
    std::array<char, digits_of_number + digits_of_offset + 3> place{};
    std::snprintf(place.data(), place.size(), "-%05u-%016llx", number, static_cast<unsigned long long>(offset));
    std::string const plain = std::string(upload) + place.data();
    return base::base64_encode(std::as_bytes(std::span<char const>(plain)));
}

std::string upload_name(std::string_view const resume_as, unsigned const generation) {
    std::string name = base::hex(base::sha256(std::to_string(generation) + '/' + std::string(resume_as)));
    name.resize(upload_name_size);
    return name;
}

std::optional<block_place> place_of_block(std::string_view const upload, std::string_view const id) {
    std::optional<std::string> const plain = base::base64_decode(id);
    if (!plain || plain->size() != upload.size() + digits_of_number + digits_of_offset + 2 || !plain->starts_with(upload))
        return std::nullopt;
    block_place found;
    char const* const number = plain->data() + upload.size() + 1;
    char const* const offset = number + digits_of_number + 1;
    auto const one = std::from_chars(number, number + digits_of_number, found.number);
    auto const two = std::from_chars(offset, offset + digits_of_offset, found.offset, 16);
    bool const whole = one.ec == std::errc() && one.ptr == number + digits_of_number && two.ec == std::errc() &&
                       two.ptr == offset + digits_of_offset && number[-1] == '-' && offset[-1] == '-';
    if (!whole) return std::nullopt;
    return found;
}

recipe block_recipe(object_key const& key, std::string_view const id, payload data, customer_key const& kept_by) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    cloud::add_query(r.query, "blockid", id);
    cloud::add_query(r.query, "comp", "block");
    add_customer_key(r.headers, kept_by);
    r.body = std::move(data);
    return r;
}

result<recipe> commit_recipe(object_key const& key, std::vector<std::string> const& ids, put_options const& options) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.query = "comp=blocklist";
    if (auto const added = add_writing(r, options, true); !added) return added.error();
    // Latest, not Uncommitted: a list whose answer was lost can be sent again.
    std::string document = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (std::string const& id : ids) document.append("<Latest>").append(id).append("</Latest>");
    document += "</BlockList>";
    r.headers.add("Content-Type", "application/xml");
    r.body = payload(document);
    return r;
}

recipe block_list_recipe(object_key const& key) {
    recipe r;
    r.key = key;
    r.query = "blocklisttype=uncommitted&comp=blocklist";
    return r;
}

result<recipe> copy_recipe(object_key const& key, std::string_view const source, std::string_view const etag, put_options const& options) {
    put_options own = options;
    own.attributes.content_type.clear();
    own.attributes.content_encoding.clear();
    own.attributes.content_language.clear();
    own.attributes.content_disposition.clear();
    own.attributes.cache_control.clear();
    if (!own.keeping.key.secret.empty()) return no_word("Azure copies nothing under a customer's key");
    recipe r;
    r.method = "PUT";
    r.key = key;
    if (auto const added = add_writing(r, own, false); !added) return added.error();
    r.headers.add("x-ms-copy-source", source);
    if (!etag.empty()) r.headers.add("x-ms-source-if-match", etag);
    return r;
}

recipe abort_copy_recipe(object_key const& key, std::string_view const copy_id) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    cloud::add_query(r.query, "comp", "copy");
    cloud::add_query(r.query, "copyid", copy_id);
    r.headers.add("x-ms-copy-action", "abort");
    return r;
}

recipe properties_recipe(object_key const& key, attributes const& a, std::string_view const etag) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.query = "comp=properties";
    r.if_match = etag;
    add_content_headers(r.headers, a);
    return r;
}

recipe no_metadata_recipe(object_key const& key, std::string_view const etag) {
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.query = "comp=metadata";
    r.if_match = etag;
    return r;
}

}  // namespace sluice::inline v0::azure
