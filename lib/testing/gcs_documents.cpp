#include "testing/gcs_desk.hpp"

#include <cstdio>

namespace sluice::inline v0::testing {
namespace {

void add(std::string& to, std::string_view const name, std::string_view const value) {
    if (to.size() > 1) to += ',';
    to += json_text(name) + ':' + json_text(value);
}

}  // namespace

std::string json_text(std::string_view const text) {
    std::string out = "\"";
    for (char const c : text) {
        char escaped[8];
        auto const byte = static_cast<unsigned>(static_cast<unsigned char>(c));
        // Google escapes what HTML could stumble over.
        bool const odd = byte < 0x20 || c == '<' || c == '>' || c == '&' || c == '\'' || c == '"' || c == '\\';
        if (!odd) {
            out += c;
            continue;
        }
        std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
        out += escaped;
    }
    return out + '"';
}

service_reply json_reply(std::string json) {
    service_reply reply;
    reply.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    reply.body = std::move(json);
    return reply;
}

std::string resource_of(std::string const& bucket, gcs_object const& object) {
    std::string json = "{";
    add(json, "kind", "storage#object");
    add(json, "bucket", bucket);
    add(json, "name", object.name);
    add(json, "generation", std::to_string(object.generation));
    add(json, "metageneration", std::to_string(object.metageneration));
    add(json, "size", std::to_string(object.data->size()));
    add(json, "etag", object.etag());
    add(json, "crc32c", object.crc32c);
    if (!object.md5.empty()) add(json, "md5Hash", object.md5);
    add(json, "timeCreated", iso_date(object.updated));
    add(json, "updated", iso_date(object.updated));
    for (auto const& [name, value] : object.fields) add(json, name, value);
    if (!object.customer_key.empty())
        json += ",\"customerEncryption\":{\"encryptionAlgorithm\":\"AES256\",\"keySha256\":" + json_text(object.customer_key) + '}';
    if (!object.metadata.empty()) {
        std::string metadata = "{";
        for (auto const& [name, value] : object.metadata) add(metadata, name, value);
        json += ",\"metadata\":" + metadata + '}';
    }
    return json + '}';
}

}  // namespace sluice::inline v0::testing
