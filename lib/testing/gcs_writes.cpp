#include "testing/digest.hpp"
#include "testing/gcs_desk.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t document_limit = 1 << 20;
constexpr std::array<std::string_view, 6> texts{"contentType",        "contentEncoding", "contentLanguage",
                                                "contentDisposition", "cacheControl",    "storageClass"};

struct related {
    std::string json, type, data;
};

/// One part: its headers and where its content begins. Throws.
std::string header_of_part(std::string_view const part, std::size_t& content) {
    constexpr std::string_view name = "Content-Type: ";
    auto const end = part.find("\r\n\r\n");
    if (end == part.npos || !part.starts_with(name) || part.substr(0, end).find("\r\n") != part.npos)
        throw refusal("a part of a multipart body without a Content-Type, or with more");
    content = end + 4;
    return std::string(part.substr(name.size(), end - name.size()));
}

/// RFC 2387, two parts and no more. Throws.
related parse_related(service_request const& request) {
    constexpr std::string_view kind = "multipart/related; boundary=";
    std::string const* const type = request.find_header("content-type");
    if (type == nullptr || !type->starts_with(kind)) throw refusal("a multipart upload that is none");
    std::string const line = "--" + type->substr(kind.size());
    std::string_view body = request.raw.body;
    if (!body.starts_with(line + "\r\n") || !body.ends_with("\r\n" + line + "--\r\n")) throw refusal("a multipart body without its ends");
    body.remove_prefix(line.size() + 2);
    body.remove_suffix(line.size() + 6);
    auto const between = body.find("\r\n" + line + "\r\n");
    if (between == body.npos) throw refusal("a multipart body of one part");
    std::string_view const first = body.substr(0, between), second = body.substr(between + line.size() + 4);
    if (second.find(line) != second.npos) throw refusal("a multipart body of more than two parts");
    related parts;
    std::size_t content = 0;
    if (header_of_part(first, content) != "application/json; charset=UTF-8") throw refusal("metadata that is no JSON");
    parts.json = first.substr(content);
    parts.type = header_of_part(second, content);
    parts.data = second.substr(content);
    return parts;
}

}  // namespace

codec::json_document document_in(std::string_view const json) {
    auto document = codec::json_document::parse(json, document_limit);
    if (!document) throw refusal("metadata that is no JSON object", "parseError");
    return *std::move(document);
}

gcs_object gcs_desk::described(service_request const& request, codec::json_document const& resource, std::string name) const {
    gcs_object object;
    object.name = std::move(name);
    if (object.name.empty()) object.name = resource.text({"name"}).value_or(std::string());
    bool const good = !object.name.empty() && object.name.size() <= 1024 && object.name.find_first_of("\r\n") == std::string::npos;
    if (!good) throw refusal("a name that no object can have", "invalid");
    for (std::string_view const field : texts)
        if (auto value = resource.text({field})) object.fields.emplace_back(field, *std::move(value));
    if (object.field("storageClass") == nullptr) object.fields.emplace_back("storageClass", "STANDARD");
    object.metadata = resource.members({"metadata"});
    object.customer_key = customer_key_in(request, "x-goog-");
    return object;
}

gcs_object gcs_desk::stored(std::string const& bucket, gcs_object object, std::string data, header_list const& conditions) {
    object.crc32c = base64(crc32c(data));
    object.md5 = base64(md5(data));
    object.updated = now();
    object.data = std::make_shared<std::string const>(std::move(data));
    return objects.put(bucket, std::move(object), [&](gcs_object const* current) { check_conditions(conditions, current, false); });
}

service_reply gcs_desk::upload(service_request& request, gcs_target const& target) {
    std::string const* const type = request.find_parameter("uploadType");
    if (!request.is("POST") || type == nullptr) throw refusal("no such operation", "methodNotAllowed", 405);
    if (*type == "multipart") return multipart(request, target);
    if (*type == "resumable") return begin_session(request, target);
    throw refusal("an upload of what kind?", "invalid");
}

service_reply gcs_desk::multipart(service_request& request, gcs_target const& target) {
    related parts = parse_related(request);
    codec::json_document const resource = document_in(parts.json);
    gcs_object object = described(request, resource, {});
    if (object.field("contentType") == nullptr) object.fields.emplace_back("contentType", parts.type);
    std::string const promised = resource.text({"crc32c"}).value_or(std::string());
    if (!promised.empty() && promised != base64(crc32c(parts.data)))
        throw service_problem(
            400, "invalid", "Provided CRC32C \"" + promised + "\" doesn't match calculated CRC32C \"" + base64(crc32c(parts.data)) + "\".");
    gcs_object const made = stored(target.bucket, std::move(object), std::move(parts.data), request.parameters);
    return json_reply(resource_of(target.bucket, made));
}

service_reply gcs_desk::begin_session(service_request const& request, gcs_target const& target) {
    gcs_session session;
    session.bucket = target.bucket;
    codec::json_document const resource = document_in(request.raw.body);
    session.object = described(request, resource, {});
    session.conditions = request.parameters;
    session.promised_crc32c = resource.text({"crc32c"}).value_or(std::string());
    if (std::string const* const length = request.find_header("x-upload-content-length")) session.announced = number_in(*length);
    if (std::string const* const type = request.find_header("x-upload-content-type");
        type && session.object.field("contentType") == nullptr)
        session.object.fields.emplace_back("contentType", *type);
    auto const current = objects.find(target.bucket, session.object.name);
    check_conditions(session.conditions, current ? &*current : nullptr, false);
    service_reply reply;
    std::lock_guard const lock(mutex_);
    std::string const id = "session-" + std::to_string(++last_session_);
    sessions_.emplace(id, std::move(session));
    reply.headers.emplace_back("Location", "http://" + std::string(request.raw.header("host")) + "/upload/storage/v1/b/" + target.bucket +
                                               "/o?uploadType=resumable&upload_id=" + id);
    return reply;
}

}  // namespace sluice::inline v0::testing
