#include "testing/digest.hpp"
#include "testing/http_reader.hpp"
#include "testing/s3_checksums.hpp"
#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <array>

namespace sluice::inline v0::testing {
namespace {

constexpr std::array<std::string_view, 8> kept{"Content-Type",     "Cache-Control", "Content-Disposition", "Content-Encoding",
                                               "Content-Language", "Expires",       "x-amz-storage-class", "x-amz-server-side-encryption"};

}  // namespace

header_list kept_headers(s3_request const& request) {
    header_list headers;
    bool typed = false;
    for (auto const& [name, value] : request.raw.headers) {
        typed = typed || same_name(name, "Content-Type");
        bool keep = same_name(std::string_view(name).substr(0, 11), "x-amz-meta-");
        for (std::string_view const one : kept) keep = keep || same_name(name, one);
        if (keep && same_name(name, "Content-Encoding")) {
            // What is left of it when the coding of this transfer is undone.
            std::string_view own = value;
            if (own.starts_with("aws-chunked")) own.remove_prefix(std::min(own.size(), std::string_view("aws-chunked,").size()));
            if (!own.empty()) headers.emplace_back(name, own);
        } else if (keep) {
            headers.emplace_back(name, value);
        }
    }
    if (!typed) headers.emplace_back("Content-Type", "binary/octet-stream");
    return headers;
}

std::string etag_of(std::string_view const data, bool const directory) {
    return '"' + hex(md5((directory ? "directory " : "") + std::string(data))) + '"';
}

s3_object make_object(std::string data, unix_seconds const now, bool const directory) {
    s3_object object;
    object.etag = etag_of(data, directory);
    object.data = std::make_shared<std::string const>(std::move(data));
    object.modified = now;
    return object;
}

void check_content_md5(s3_request const& request, bool const required) {
    std::string const* const given = request.find_header("content-md5");
    if (given == nullptr) {
        if (required) throw refusal("Missing required header for this request: Content-MD5");
        return;
    }
    auto const bytes = from_base64(*given);
    if (!bytes || bytes->size() != 16) throw refusal("The Content-MD5 you specified was invalid.", "InvalidDigest");
    if (*bytes != md5(request.raw.body)) throw refusal("The Content-MD5 you specified did not match what we received.", "BadDigest");
}

s3_reply put_object(s3_request const& request, s3_scene const& scene) {
    check_content_md5(request, false);
    header_list checksums = checked_checksums(request);
    s3_object object = make_object(std::move(request.raw.body), scene.now, scene.directory);
    object.headers = kept_headers(request);
    object.checksums = std::move(checksums);
    object.tags = tags_of_header(request);
    object.customer_key = customer_key_of(request, "x-amz-");
    s3_reply reply;
    reply.headers.emplace_back("ETag", object.etag);
    reply.headers.insert(reply.headers.end(), object.checksums.begin(), object.checksums.end());
    scene.objects.put(request.bucket, request.key, std::move(object),
                      [&](s3_object const* current) { check_put_conditions(request, current, scene.bare_put_etags); });
    return reply;
}

}  // namespace sluice::inline v0::testing
