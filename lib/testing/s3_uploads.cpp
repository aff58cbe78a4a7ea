#include "testing/s3_uploads.hpp"

#include "testing/digest.hpp"
#include "testing/s3_checksums.hpp"
#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::testing {

std::string s3_uploads::begin(s3_open_upload fresh) {
    std::lock_guard const lock(mutex_);
    std::string id = "upload/+" + std::to_string(++last_);  // wants to be encoded
    uploads_.emplace(id, std::move(fresh));
    return id;
}

bool s3_uploads::put(std::string const& id, std::string const& bucket, std::string const& key, std::uint32_t const number, s3_object part,
                     part_check const& check) {
    std::lock_guard const lock(mutex_);
    auto const found = uploads_.find(id);
    if (found == uploads_.end() || found->second.bucket != bucket || found->second.key != key) return false;
    check(found->second, part);
    found->second.parts.insert_or_assign(number, std::move(part));
    return true;
}

std::optional<s3_open_upload> s3_uploads::find(std::string const& id, std::string const& bucket, std::string const& key) const {
    std::lock_guard const lock(mutex_);
    auto const found = uploads_.find(id);
    if (found == uploads_.end() || found->second.bucket != bucket || found->second.key != key) return std::nullopt;
    return found->second;
}

void s3_uploads::erase(std::string const& id) {
    std::lock_guard const lock(mutex_);
    uploads_.erase(id);
}

std::uint64_t s3_uploads::count() const {
    std::lock_guard const lock(mutex_);
    return uploads_.size();
}

namespace {

constexpr std::uint32_t most_parts = 10'000;

s3_problem no_such_upload() { return {404, "NoSuchUpload", "The specified upload does not exist."}; }

std::string const& id_of(s3_request const& request) { return *request.find_parameter("uploadId"); }

std::string_view without_quotes(std::string_view etag) {
    bool const quoted = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
    return quoted ? etag.substr(1, etag.size() - 2) : etag;
}

/// Puts together what a completion names. Throws s3_problem.
s3_object put_together(s3_open_upload const& open, std::vector<s3_named_part> const& named, s3_scene const& scene) {
    std::string data, digests;
    std::uint32_t last = 0;
    for (s3_named_part const& one : named) {
        if (one.number <= last) throw refusal("The list of parts was not in ascending order.", "InvalidPartOrder");
        last = one.number;
        auto const found = open.parts.find(one.number);
        if (found == open.parts.end() || without_quotes(found->second.etag) != without_quotes(one.etag))
            throw refusal("One or more of the specified parts could not be found.", "InvalidPart");
        std::string const& part = *found->second.data;
        bool const is_last = &one == &named.back();
        if (!is_last && part.size() < scene.min_part_size)
            throw s3_problem(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
        data += part;
        digests += md5(part);
    }
    s3_object object = make_object(std::move(data), scene.now, scene.directory);
    object.etag = etag_of(digests, scene.directory);
    object.etag.insert(object.etag.size() - 1, '-' + std::to_string(named.size()));
    object.headers = open.headers;
    object.tags = open.tags;
    object.customer_key = open.customer_key;
    return object;
}

}  // namespace

s3_reply begin_upload(s3_request const& request, s3_scene const& scene) {
    if (!request.raw.body.empty()) throw refusal("the beginning of an upload has a body");
    s3_open_upload fresh;
    fresh.bucket = request.bucket;
    fresh.key = request.key;
    fresh.headers = kept_headers(request);
    fresh.initiated = scene.now;
    fresh.algorithm = upload_algorithm(request);
    fresh.tags = tags_of_header(request);
    fresh.customer_key = customer_key_of(request, "x-amz-");
    std::string const id = scene.uploads.begin(std::move(fresh));
    return xml_reply("<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>" +
                     xml_escape(request.bucket) + "</Bucket><Key>" + xml_escape(request.key) + "</Key><UploadId>" + xml_escape(id) +
                     "</UploadId></InitiateMultipartUploadResult>");
}

std::uint32_t part_number_of(s3_request const& request) {
    std::string const& text = *request.find_parameter("partNumber");
    std::uint32_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const good = error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most_parts;
    if (!good) throw refusal("Part number must be an integer between 1 and 10000, inclusive", "InvalidArgument");
    return number;
}

void keep_part(s3_request const& request, s3_scene const& scene, std::uint32_t const number, s3_object part) {
    std::string const key = customer_key_of(request, "x-amz-");
    auto const check = [&](s3_open_upload const& open, s3_object const& one) {
        if (open.customer_key != key) throw refusal("The part is not under the key of its upload");
        check_part_checksum(open, one);
    };
    if (!scene.uploads.put(id_of(request), request.bucket, request.key, number, std::move(part), check)) throw no_such_upload();
}

s3_reply put_part(s3_request const& request, s3_scene const& scene) {
    check_content_md5(request, false);
    std::uint32_t const number = part_number_of(request);
    header_list checksums = checked_checksums(request);
    s3_object part = make_object(std::move(request.raw.body), scene.now, scene.directory);
    part.checksums = std::move(checksums);
    s3_reply reply;
    reply.headers.emplace_back("ETag", part.etag);
    reply.headers.insert(reply.headers.end(), part.checksums.begin(), part.checksums.end());
    keep_part(request, scene, number, std::move(part));
    return reply;
}

s3_reply complete_upload(s3_request const& request, s3_scene const& scene) {
    std::vector<s3_named_part> const named = parse_part_list(request.raw.body);
    auto const open = scene.uploads.find(id_of(request), request.bucket, request.key);
    if (!open) throw no_such_upload();
    if (!open->algorithm.empty() && customer_key_of(request, "x-amz-") != open->customer_key)
        throw refusal("Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
                      "InvalidArgument");
    s3_object object = put_together(*open, named, scene);
    object.checksums = completed_checksums(request, *open, named, *object.data);
    std::string const etag = object.etag;
    scene.objects.put(request.bucket, request.key, std::move(object),
                      [&](s3_object const* current) { check_put_conditions(request, current, scene.bare_put_etags); });
    scene.uploads.erase(id_of(request));
    return xml_reply("<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>" +
                     xml_escape(request.bucket) + "</Bucket><Key>" + xml_escape(request.key) + "</Key><ETag>" + xml_escape(etag) +
                     "</ETag></CompleteMultipartUploadResult>");
}

s3_reply abort_upload(s3_request const& request, s3_scene const& scene) {
    if (!scene.uploads.find(id_of(request), request.bucket, request.key)) throw no_such_upload();
    scene.uploads.erase(id_of(request));
    s3_reply reply;
    reply.status = 204;
    return reply;
}

}  // namespace sluice::inline v0::testing
