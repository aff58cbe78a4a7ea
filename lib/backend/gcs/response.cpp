#include "backend/gcs/response.hpp"

#include "backend/gcs/request.hpp"
#include "base/ascii.hpp"
#include "base/http_date.hpp"
#include "cloud/arrival_check.hpp"
#include "http/fields.hpp"
#include "store/conditions.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

constexpr std::string_view meta_prefix = "x-goog-meta-";

/// The value of one of the hashes in "crc32c=AAAAAA==,md5=...".
std::string_view hash_in(std::string_view field, std::string_view const name) noexcept {
    while (!field.empty()) {
        std::string_view one = field.substr(0, field.find(','));
        field.remove_prefix(std::min(field.size(), one.size() + 1));
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') return one.substr(name.size() + 1);
    }
    return {};
}

/// One of several fields of that name, or one with all of them.
std::string_view told_crc(http::fields const& headers) noexcept {
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (!http::equal_ignoring_case(headers[i].name, "x-goog-hash")) continue;
        std::string_view const value = hash_in(headers[i].value, "crc32c");
        if (!value.empty()) return value;
    }
    return {};
}

void take_metadata(attributes& into, std::string_view const name, std::string_view const value) {
    if (name != put_id_name) into.metadata.emplace_back(base::lower(name), value);
}

void take_field(object_meta& into, std::string_view const name, std::string_view const value) {
    auto const is = [name](std::string_view other) { return http::equal_ignoring_case(name, other); };
    if (is("etag")) into.etag = store::quoted_etag(value);
    if (is("content-type")) into.attributes.content_type = value;
    if (is("last-modified")) into.last_modified = base::parse_http_date(value);
    if (is("cache-control")) into.attributes.cache_control = value;
    if (is("content-encoding")) into.attributes.content_encoding = value;
    if (is("content-language")) into.attributes.content_language = value;
    if (is("content-disposition")) into.attributes.content_disposition = value;
    if (is("x-goog-generation")) into.version = value;
    if (is("x-goog-storage-class")) into.storage_class = value;
    if (name.size() > meta_prefix.size() && http::equal_ignoring_case(name.substr(0, meta_prefix.size()), meta_prefix))
        take_metadata(into.attributes, base::lower(name.substr(meta_prefix.size())), value);
}

result<void> take_entries(list_page& page, codec::json_document const& document, std::string_view const prefix,
                          std::string_view const start_after, bool const hides, std::string_view const hidden) {
    for (codec::json_document const& item : document.items({"items"})) {
        auto one = read_resource(item);
        if (!one) return one.error();
        if (!one->object.key.starts_with(prefix)) return broken("the listing has a key that was not asked for");
        if ((hides && one->object.key.starts_with(hidden)) || (!start_after.empty() && one->object.key <= start_after)) continue;
        one->object.attributes = attributes();
        one->object.checksum.reset();
        page.objects.push_back(std::move(one->object));
    }
    for (std::string& group : document.texts({"prefixes"})) {
        if (group.empty() || !group.starts_with(prefix) || group.find('\0') != std::string::npos)
            return broken("the listing has a prefix that was not asked for");
        if (!hides || !group.starts_with(hidden)) page.prefixes.push_back(std::move(group));
    }
    return {};
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view const text) noexcept {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

put_result resource::put() const {
    put_result done;
    done.etag = object.etag;
    done.version = object.version;
    return done;
}

result<resource> parse_resource(std::string_view const document) {
    auto const parsed = codec::json_document::parse(document, resource_limit);
    if (!parsed) return parsed.error();
    return read_resource(*parsed);
}

result<resource> read_resource(codec::json_document const& from) {
    auto const text = [&from](std::string_view name) { return from.text({name}).value_or(std::string()); };
    resource r;
    r.object.key = text("name");
    auto const size = parse_number(text("size"));
    r.object.version = text("generation");
    bool const named = !r.object.key.empty() && r.object.key.find('\0') == std::string::npos;
    if (!named || !size || !parse_number(r.object.version))
        return broken("the service describes an object without name, size or generation");
    r.object.size = *size;
    r.object.etag = store::quoted_etag(text("etag"));
    r.object.last_modified = base::parse_iso8601(text("updated"));
    r.object.storage_class = text("storageClass");
    r.object.owner = from.text({"owner", "entity"}).value_or(std::string());
    if (!text("kmsKeyName").empty()) r.object.encryption = "kms";
    if (from.text({"customerEncryption", "encryptionAlgorithm"})) r.object.encryption = "customer";
    r.metageneration = text("metageneration");
    r.crc32c = text("crc32c");
    if (!r.crc32c.empty()) r.object.checksum = object_checksum(checksum_algorithm::crc32c, r.crc32c);
    attributes& a = r.object.attributes;
    a.content_type = text("contentType");
    a.content_encoding = text("contentEncoding");
    a.content_language = text("contentLanguage");
    a.content_disposition = text("contentDisposition");
    a.cache_control = text("cacheControl");
    for (auto const& [name, value] : from.members({"metadata"})) {
        if (name == put_id_name) r.put_id = value;
        take_metadata(a, name, value);
    }
    return r;
}

object_meta meta_of(object_key key, http::response_head const& head) {
    object_meta meta;
    meta.key = std::move(key);
    for (std::size_t i = 0; i < head.headers.size(); ++i) take_field(meta, head.headers[i].name, head.headers[i].value);
    std::string_view const crc = told_crc(head.headers);
    if (!crc.empty()) meta.checksum = object_checksum(checksum_algorithm::crc32c, std::string(crc));
    return meta;
}

result<void> check_as_stored(http::response_head const& head) {
    std::string_view const stored = head.headers.value_or("x-goog-stored-content-encoding");
    bool const in_gzip = http::equal_ignoring_case(stored, "gzip");
    if (!in_gzip || http::equal_ignoring_case(head.headers.value_or("content-encoding"), "gzip")) return {};
    return broken("the object is stored in gzip, and somebody on the way has decompressed it");
}

result<list_page> parse_list(std::string_view const document, std::string_view const prefix, std::string_view const start_after,
                             std::string_view const hidden) {
    auto const parsed = codec::json_document::parse(document, list_limit);
    if (!parsed) return parsed.error();
    list_page page;
    bool const hides = !hidden.empty() && !prefix.starts_with(hidden);
    auto const taken = take_entries(page, *parsed, prefix, start_after, hides, hidden);
    if (!taken) return taken.error();
    page.next = parsed->text({"nextPageToken"}).value_or(std::string());
    return page;
}

result<void> check_stored(resource const& stored, std::string_view const sent) {
    if (sent.empty() || stored.crc32c.empty() || stored.crc32c == sent) return {};
    return cloud::mismatch(checksum_algorithm::crc32c, sent, stored.crc32c, "what was stored is not what was sent");
}

}  // namespace sluice::inline v0::gcs
