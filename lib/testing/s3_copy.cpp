#include "testing/digest.hpp"
#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

constexpr std::uint64_t largest_copy = 5ull << 30;

s3_object source_of(s3_request const& request, s3_scene const& scene) {
    std::string const& name = *request.find_header("x-amz-copy-source");
    if (name.find('?') != name.npos) throw refusal("this server keeps no versions", "InvalidArgument");
    auto const decoded = percent_decode(name);
    if (!decoded) throw refusal("x-amz-copy-source is not percent-encoded", "InvalidArgument");
    std::string_view text = *decoded;
    if (text.starts_with('/')) text.remove_prefix(1);
    auto const slash = text.find('/');
    if (slash == text.npos || slash + 1 == text.size()) throw refusal("x-amz-copy-source names no object", "InvalidArgument");
    auto object = scene.objects.find(std::string(text.substr(0, slash)), std::string(text.substr(slash + 1)));
    if (!object) throw s3_problem(404, "NoSuchKey", "The specified key does not exist.");
    check_customer_key(*object, customer_key_of(request, "x-amz-copy-source-"));
    std::string const* const match = request.find_header("x-amz-copy-source-if-match");
    if (match != nullptr && *match != object->etag)
        throw s3_problem(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    return std::move(*object);
}

/// Like S3, answers at once, and with what came of it inside.
s3_reply made(char const* const root, s3_object const& object) {
    std::string const document = std::string("<") + root + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LastModified>" +
                                 iso_date(object.modified) + "</LastModified><ETag>" + xml_escape(object.etag) + "</ETag></" + root + ">";
    return xml_reply(document);
}

std::uint64_t number(std::string_view& text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) throw refusal("x-amz-copy-source-range is no range", "InvalidArgument");
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::string slice_of(s3_request const& request, std::string const& data) {
    std::string const* const range = request.find_header("x-amz-copy-source-range");
    if (range == nullptr) return data;
    std::string_view text = *range;
    if (!text.starts_with("bytes=")) throw refusal("x-amz-copy-source-range is no range", "InvalidArgument");
    text.remove_prefix(6);
    std::uint64_t const first = number(text);
    if (!text.starts_with('-')) throw refusal("x-amz-copy-source-range is no range", "InvalidArgument");
    text.remove_prefix(1);
    std::uint64_t const last = number(text);
    bool const inside = text.empty() && first <= last && last < data.size();
    if (!inside) throw refusal("Range specified is not valid for source object of size: " + std::to_string(data.size()), "InvalidArgument");
    return data.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1));
}

}  // namespace

std::string customer_key_of(s3_request const& request, std::string const& before) {
    std::string const name = before + "server-side-encryption-customer-";
    std::string const* const algorithm = request.find_header(name + "algorithm");
    std::string const* const key = request.find_header(name + "key");
    std::string const* const digest = request.find_header(name + "key-md5");
    if (algorithm == nullptr && key == nullptr && digest == nullptr) return {};
    if (algorithm == nullptr || key == nullptr || digest == nullptr || *algorithm != "AES256")
        throw refusal("Requests specifying Server Side Encryption with Customer provided keys must say all of it", "InvalidArgument");
    auto const secret = from_base64(*key), told = from_base64(*digest);
    if (!secret || secret->size() != 32) throw refusal("The secret key was invalid for the specified algorithm.", "InvalidArgument");
    if (!told || *told != md5(*secret)) throw refusal("The calculated MD5 hash of the key did not match.", "InvalidArgument");
    return *digest;
}

void check_customer_key(s3_object const& object, std::string const& key) {
    if (object.customer_key == key) return;
    if (object.customer_key.empty() || key.empty())
        throw s3_problem(400, "InvalidRequest", "The object was stored using another form of Server Side Encryption.");
    throw s3_problem(403, "AccessDenied", "The provided encryption key is not that of the object.");
}

s3_reply copy_object(s3_request const& request, s3_scene const& scene) {
    if (!request.raw.body.empty()) throw refusal("a copy has a body");
    s3_object const source = source_of(request, scene);
    if (source.data->size() > largest_copy)
        throw refusal("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
    std::string const* const directive = request.find_header("x-amz-metadata-directive");
    bool const anew = directive != nullptr && *directive == "REPLACE";
    if (directive != nullptr && !anew && *directive != "COPY") throw refusal("Unknown metadata directive.", "InvalidArgument");
    bool const to_itself = *percent_decode(*request.find_header("x-amz-copy-source")) == request.bucket + '/' + request.key;
    if (to_itself && !anew)
        throw refusal("This copy request is illegal because it is trying to copy an object to itself without changing anything.");
    std::string const* const tagging = request.find_header("x-amz-tagging-directive");
    bool const tags_anew = tagging != nullptr && *tagging == "REPLACE";
    if (!tags_anew && request.find_header("x-amz-tagging") != nullptr) throw refusal("tags of a copy go with the directive REPLACE");

    s3_object object = source;
    object.modified = scene.now;
    object.etag = etag_of(*source.data, scene.directory);
    if (anew) object.headers = kept_headers(request);
    if (tags_anew) object.tags = tags_of_header(request);
    object.customer_key = customer_key_of(request, "x-amz-");
    s3_reply reply = made("CopyObjectResult", object);
    scene.objects.put(request.bucket, request.key, std::move(object));
    return reply;
}

s3_reply copy_part(s3_request const& request, s3_scene const& scene) {
    if (!request.raw.body.empty()) throw refusal("a copy has a body");
    std::uint32_t const number = part_number_of(request);
    s3_object const source = source_of(request, scene);
    s3_object part = make_object(slice_of(request, *source.data), scene.now, scene.directory);
    s3_reply reply = made("CopyPartResult", part);
    keep_part(request, scene, number, std::move(part));
    return reply;
}

}  // namespace sluice::inline v0::testing
