#include "backend/gcs/request.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/http_date.hpp"
#include "base/percent.hpp"
#include "cloud/range_answer.hpp"
#include "codec/json.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::uint32_t page_limit = 1000;  // the protocol's
constexpr std::size_t longest_text = 1024;

/// The first text behind `text`: keys have no NUL.
std::string behind(std::string const& text) { return text + '\x01'; }

void add_version(recipe& to, std::string_view const version) {
    if (!version.empty()) cloud::add_query(to.query, "generation", version);
}

recipe object_recipe(std::string_view const bucket, std::string_view const key, std::string_view const version, customer_key const& by) {
    recipe r;
    r.path = object_path(bucket, key);
    add_version(r, version);
    add_customer_key(r.headers, "x-goog-", by);
    return r;
}

}  // namespace

std::string objects_path(std::string_view const bucket) {
    std::string path = "/storage/v1/b/";
    path += bucket;
    path += "/o";
    return path;
}

std::string object_path(std::string_view const bucket, std::string_view const key) {
    std::string path = objects_path(bucket);
    path += '/';
    base::percent_encode(path, key, false);
    return path;
}

target_condition target_condition::absent() {
    target_condition c;
    c.query = "ifGenerationMatch=0";
    return c;
}

target_condition target_condition::present() {
    target_condition c;
    c.query = "ifGenerationNotMatch=0";
    return c;
}

target_condition target_condition::exactly(std::string_view const generation, std::string_view const metageneration) {
    target_condition c;
    cloud::add_query(c.query, "ifGenerationMatch", generation);
    if (!metageneration.empty()) cloud::add_query(c.query, "ifMetagenerationMatch", metageneration);
    return c;
}

void join_query(std::string& to, std::string_view const query) {
    if (!to.empty() && !query.empty()) to += '&';
    to += query;
}

void add_customer_key(http::fields& to, std::string_view const of, customer_key const& key) {
    if (key.secret.empty()) return;
    std::string const before = std::string(of) + "encryption-";
    auto const secret = std::as_bytes(std::span<char const>(key.secret));
    to.add(before + "algorithm", "AES256");
    to.add(before + "key", base::base64_encode(secret));
    to.add(before + "key-sha256", base::base64_encode(base::sha256(secret)));
}

recipe head_recipe(std::string_view const bucket, std::string_view const key, std::string_view const version, customer_key const& by) {
    return object_recipe(bucket, key, version, by);
}

recipe read_recipe(std::string_view const bucket, std::string_view const key, byte_range const range, std::string_view const version,
                   customer_key const& by) {
    recipe r = object_recipe(bucket, key, version, by);
    cloud::add_query(r.query, "alt", "media");
    r.range = cloud::range_value(range);
    r.headers.add("Accept-Encoding", "gzip");  // else what is stored in gzip is decompressed on the way, and nothing said of it is true
    return r;
}

result<recipe> list_recipe(std::string_view const bucket, std::string_view const prefix, list_options const& options) {
    if (auto const checked = store::check_listing(prefix, options); !checked) return checked.error();
    recipe r;
    r.path = objects_path(bucket);
    if (!options.delimiter.empty()) cloud::add_query(r.query, "delimiter", options.delimiter);
    cloud::add_query(r.query, "maxResults", std::to_string(std::min(options.max_keys, page_limit)));
    if (!options.next.empty()) cloud::add_query(r.query, "pageToken", options.next);
    if (!prefix.empty()) cloud::add_query(r.query, "prefix", prefix);
    if (options.owners) cloud::add_query(r.query, "projection", "full");
    if (!options.start_after.empty()) {
        bool const fits = options.start_after.size() < longest_text;  // else it is taken out of the page
        cloud::add_query(r.query, "startOffset", fits ? behind(options.start_after) : options.start_after);
    }
    return r;
}

recipe delete_recipe(std::string_view const bucket, std::string_view const key, std::string_view const version) {
    recipe r = object_recipe(bucket, key, version, customer_key());
    r.method = "DELETE";
    return r;
}

std::string put_query(put_options const& options, target_condition const& condition) {
    std::string query = condition.query;
    if (!options.keeping.kms_key.empty()) cloud::add_query(query, "kmsKeyName", options.keeping.kms_key);
    if (!options.keeping.acl.empty()) cloud::add_query(query, "predefinedAcl", options.keeping.acl);
    return query;
}

std::string resource_of(std::string_view const key, put_options const& options, std::string_view const crc32c,
                        std::string_view const put_id) {
    codec::json_object resource;
    auto const add = [&resource](std::string_view name, std::string_view value) {
        if (!value.empty()) resource.add(name, value);
    };
    attributes const& a = options.attributes;
    add("name", key);
    add("contentType", a.content_type);
    add("contentEncoding", a.content_encoding);
    add("contentLanguage", a.content_language);
    add("contentDisposition", a.content_disposition);
    add("cacheControl", a.cache_control);
    add("crc32c", crc32c);
    add("storageClass", options.keeping.storage_class);
    if (options.keeping.legal_hold) resource.add_flag("temporaryHold", true);
    if (options.keeping.retain_until) {
        codec::json_object retention;
        retention.add("mode", options.keeping.lock_mode);
        retention.add("retainUntilTime", base::format_iso8601(*options.keeping.retain_until));
        resource.add_raw("retention", retention.text());
    }
    codec::json_object metadata;
    for (auto const& [name, value] : a.metadata) metadata.add(base::lower(name), value);
    if (!put_id.empty()) metadata.add(put_id_name, put_id);
    if (!metadata.empty()) resource.add_raw("metadata", metadata.text());
    return resource.text();
}

recipe multipart_recipe(std::string_view const bucket, std::string const& resource, payload const& data, put_options const& options,
                        target_condition const& condition, std::string_view const boundary) {
    recipe r;
    r.method = "POST";
    r.path = "/upload" + objects_path(bucket);
    cloud::add_query(r.query, "uploadType", "multipart");
    join_query(r.query, put_query(options, condition));
    std::string const line = "--" + std::string(boundary);
    r.headers.add("Content-Type", "multipart/related; boundary=" + std::string(boundary));
    add_customer_key(r.headers, "x-goog-", options.keeping.key);
    std::string_view const type = options.attributes.content_type.empty() ? std::string_view("application/octet-stream")
                                                                          : std::string_view(options.attributes.content_type);
    std::string before = line + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n";
    before.append(resource).append("\r\n").append(line).append("\r\nContent-Type: ").append(type).append("\r\n\r\n");
    std::vector<bytes> pieces;
    pieces.push_back(bytes::copy_of(before));
    pieces.insert(pieces.end(), data.pieces().begin(), data.pieces().end());
    pieces.push_back(bytes::copy_of("\r\n" + line + "--\r\n"));
    r.body = payload(std::move(pieces));
    return r;
}

}  // namespace sluice::inline v0::gcs
