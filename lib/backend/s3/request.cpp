#include "backend/s3/request.hpp"

#include "backend/s3/bucket.hpp"
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
#include <limits>
#include <optional>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::size_t batch_keys = 1000;  // the protocol's limit
constexpr std::size_t usual_entry = 96;
constexpr std::size_t batch_bytes = 2'000'000 - 1000;  // of 2 MB, some kept for the frame

void add_version(recipe& to, std::string_view const version) {
    if (!version.empty()) cloud::add_query(to.query, "versionId", version);
}

/// The version, its conditions and its key.
void add_reading(recipe& to, head_options const& what) {
    to.if_match = store::quoted_etag(what.if_match);
    if (!what.if_none_match.empty()) to.headers.add("If-None-Match", store::quoted_etag(what.if_none_match));
    if (what.if_modified_since) to.headers.add("If-Modified-Since", base::format_http_date(*what.if_modified_since));
    if (what.if_unmodified_since) to.headers.add("If-Unmodified-Since", base::format_http_date(*what.if_unmodified_since));
    add_version(to, what.version);
    add_customer_key(to.headers, "x-amz-", what.key);
}

/// The inside of a strong ETag in quotes; all else as it is.
std::string_view without_quotes(std::string_view const etag) noexcept {
    bool const in_quotes = etag.size() > 2 && etag.starts_with('"') && etag.ends_with('"');
    return in_quotes ? etag.substr(1, etag.size() - 2) : etag;
}

constexpr std::string_view entry_begin = "<Object><Key>", entry_end = "</Key></Object>", version_begin = "</Key><VersionId>",
                           version_end = "</VersionId></Object>";

/// An upper bound of what a text takes inside a document: a byte becomes at most the six of "&quot;".
std::size_t escaped_size(std::string_view const text) noexcept {
    auto const escaped = std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x3f; });
    return text.size() + static_cast<std::size_t>(escaped) * 5;
}

std::size_t entry_size(removal const& one) noexcept {
    std::size_t const key = escaped_size(one.key) + entry_begin.size();
    return one.version.empty() ? key + entry_end.size() : key + version_begin.size() + escaped_size(one.version) + version_end.size();
}

}  // namespace

void add_customer_key(http::fields& to, std::string_view const of, customer_key const& key) {
    if (key.secret.empty()) return;
    std::string const before = std::string(of) + "server-side-encryption-customer-";
    auto const secret = std::as_bytes(std::span<char const>(key.secret));
    to.add(before + "algorithm", "AES256");
    to.add(before + "key", base::base64_encode(secret));
    to.add(before + "key-MD5", base::base64_encode(base::md5(secret)));
}

void add_attributes(http::fields& to, attributes const& a) {
    auto const add = [&to](std::string_view name, std::string_view value) {
        if (!value.empty()) to.add(name, value);
    };
    add("Content-Type", a.content_type);
    add("Content-Encoding", a.content_encoding);
    add("Content-Language", a.content_language);
    add("Content-Disposition", a.content_disposition);
    add("Cache-Control", a.cache_control);
    for (auto const& [name, value] : a.metadata) {
        std::string full = "x-amz-meta-" + name;
        std::ranges::transform(full, full.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        to.add(full, value);
    }
}

void add_keeping(http::fields& to, keeping const& k) {
    auto const add = [&to](std::string_view name, std::string_view value) {
        if (!value.empty()) to.add(name, value);
    };
    add("x-amz-storage-class", k.storage_class);
    add("x-amz-acl", k.acl);
    add("x-amz-server-side-encryption", k.encryption);
    add("x-amz-server-side-encryption-aws-kms-key-id", k.kms_key);
    add("x-amz-server-side-encryption-context", k.kms_context);
    add("x-amz-object-lock-mode", k.lock_mode);
    if (k.retain_until) add("x-amz-object-lock-retain-until-date", base::format_iso8601(*k.retain_until));
    if (k.legal_hold) add("x-amz-object-lock-legal-hold", "ON");
    std::string tags;
    for (auto const& [name, value] : k.tags) {
        std::string encoded;
        base::percent_encode(encoded, name, false);
        cloud::add_query(tags, encoded, value);
    }
    add("x-amz-tagging", tags);
    add_customer_key(to, "x-amz-", k.key);
}

recipe read_recipe(object_key const& key, byte_range const range, get_options const& options) {
    recipe r;
    r.key = key;
    r.range = cloud::range_value(range);
    add_reading(r, options);
    return r;
}

recipe head_recipe(object_key const& key, head_options const& options) {
    recipe r;
    r.method = "HEAD";
    r.key = key;
    add_reading(r, options);
    return r;
}

result<recipe> put_recipe(object_key const& key, payload data, put_options const& options, etag_form const if_match) {
    if (options.create_only && !options.if_match.empty())
        return failure(errc::invalid_argument, "create_only and if_match exclude each other");
    if (if_match == etag_form::none && !options.if_match.empty())
        return failure(errc::unsupported, "by s3_settings::put_if_match the service has no If-Match for a put");
    if (auto const checked = store::check_attributes(options.attributes); !checked) return checked.error();
    if (auto const checked = store::check_keeping(options.keeping); !checked) return checked.error();
    recipe r;
    r.method = "PUT";
    r.key = key;
    r.if_match = if_match == etag_form::bare ? std::string(without_quotes(options.if_match)) : store::quoted_etag(options.if_match);
    if (options.create_only) r.headers.add("If-None-Match", "*");
    add_attributes(r.headers, options.attributes);
    add_keeping(r.headers, options.keeping);
    r.body = std::move(data);
    return r;
}

result<recipe> list_recipe(std::string_view const prefix, list_options const& options) {
    if (auto const checked = store::check_listing(prefix, options); !checked) return checked.error();
    recipe r;
    if (!options.next.empty()) cloud::add_query(r.query, "continuation-token", options.next);
    if (!options.delimiter.empty()) cloud::add_query(r.query, "delimiter", options.delimiter);
    cloud::add_query(r.query, "encoding-type", "url");
    if (options.owners) cloud::add_query(r.query, "fetch-owner", "true");
    cloud::add_query(r.query, "list-type", "2");
    cloud::add_query(r.query, "max-keys", std::to_string(std::min<std::uint32_t>(options.max_keys, 1000)));
    cloud::add_query(r.query, "prefix", prefix);
    if (!options.start_after.empty() && options.next.empty()) cloud::add_query(r.query, "start-after", options.start_after);
    return r;
}

void ask_for_checksum(recipe& r) { r.headers.add("x-amz-checksum-mode", "ENABLED"); }

recipe delete_recipe(object_key const& key, std::string_view const version) {
    recipe r;
    r.method = "DELETE";
    r.key = key;
    add_version(r, version);
    return r;
}

recipe delete_batch_recipe(std::span<removal const> const what, document_digest const digest) {
    std::string document = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    document.reserve(what.size() * usual_entry);
    for (removal const& one : what) {
        document += entry_begin;
        codec::xml_escape(document, one.key);
        if (!one.version.empty()) {
            document += version_begin;
            codec::xml_escape(document, one.version);
        }
        document += one.version.empty() ? entry_end : version_end;
    }
    document += "</Delete>";

    return with_document("POST", "delete=", document, digest);
}

std::size_t batch_length(std::span<removal const> const what) noexcept {
    std::size_t bytes = 0, n = 0;
    while (n < what.size() && n < batch_keys) {
        bytes += entry_size(what[n]);
        if (bytes > batch_bytes && n > 0) break;
        ++n;
    }
    return n;
}

}  // namespace sluice::inline v0::s3
