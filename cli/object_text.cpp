#include "object_text.hpp"

#include "text/printable.hpp"
#include "text/quantity.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

/// The headers that travel with an object and are there.
std::vector<std::pair<char const*, std::string const*>> given(attributes const& a) {
    std::array<std::pair<char const*, std::string const*>, 5> const all{{{"content_type", &a.content_type},
                                                                         {"content_encoding", &a.content_encoding},
                                                                         {"content_language", &a.content_language},
                                                                         {"content_disposition", &a.content_disposition},
                                                                         {"cache_control", &a.cache_control}}};
    std::vector<std::pair<char const*, std::string const*>> out;
    for (auto const& one : all)
        if (!one.second->empty()) out.push_back(one);
    return out;
}

}  // namespace

std::string listed_prefix(object_store const& store, std::string prefix) {
    if (store.can().folder_listing) prefix.resize(prefix.rfind('/') + 1);
    return prefix;
}

std::string_view plain_etag(std::string_view etag) noexcept {
    bool const quoted = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
    return quoted ? etag.substr(1, etag.size() - 2) : etag;
}

std::string checksum_name(checksum_algorithm const algorithm) {
    switch (algorithm) {
    case checksum_algorithm::crc64nvme: return "crc64nvme";
    case checksum_algorithm::crc32c: return "crc32c";
    case checksum_algorithm::crc32: return "crc32";
    case checksum_algorithm::sha256: return "sha256";
    case checksum_algorithm::sha1: return "sha1";
    case checksum_algorithm::md5: break;
    }
    return "md5";
}

json_object object_json(std::string const& uri, object_meta const& object) {
    json_object out;
    out.add("uri", uri).add("key", object.key).add("size", object.size).add("etag", plain_etag(object.etag));
    if (object.last_modified) {
        out.add("last_modified", iso8601(*object.last_modified, true));
    } else {
        out.add_raw("last_modified", "null");
    }
    return out;
}

json_object whole_object_json(std::string const& uri, object_meta const& object) {
    json_object out = object_json(uri, object);
    if (!object.version.empty()) out.add("version", object.version);
    if (!object.storage_class.empty()) out.add("storage_class", object.storage_class);
    if (!object.encryption.empty()) out.add("encryption", object.encryption);
    if (!object.access.empty()) out.add("access", object.access);
    if (object.checksum) out.add(checksum_name(object.checksum->algorithm), object.checksum->value);
    for (auto const& [name, value] : given(object.attributes)) out.add(name, *value);
    json_object metadata;
    for (auto const& [name, value] : object.attributes.metadata) metadata.add(name, value);
    return out.add("metadata", metadata);
}

std::string whole_object_text(std::string const& uri, object_meta const& object) {
    std::string out = printable(uri) + '\n';
    auto const line = [&out](std::string name, std::string const& value) {
        name.resize(std::max<std::size_t>(name.size() + 1, 21), ' ');
        out += "  " + name + printable(value) + '\n';
    };
    line("size", std::to_string(object.size) + " (" + size_text(object.size) + ')');
    line("etag", std::string(plain_etag(object.etag)));
    if (object.last_modified) line("last_modified", iso8601(*object.last_modified));
    if (!object.version.empty()) line("version", object.version);
    if (!object.storage_class.empty()) line("storage_class", object.storage_class);
    if (!object.encryption.empty()) line("encryption", object.encryption);
    if (!object.access.empty()) line("access", object.access);
    if (object.checksum) line(checksum_name(object.checksum->algorithm), object.checksum->value);
    for (auto const& [name, value] : given(object.attributes)) line(name, *value);
    for (auto const& [name, value] : object.attributes.metadata) line("metadata " + name, value);
    return out;
}

}  // namespace sluice::inline v0::cli
