#include "testing/s3_service.hpp"

#include "testing/http_reader.hpp"
#include "testing/s3_conditions.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {
namespace {

void check_bucket(s3_request const& request, s3_scene const& scene) {
    if (scene.objects.has_bucket(request.bucket)) return;
    s3_problem problem(404, "NoSuchBucket", "The specified bucket does not exist");
    problem.elements = "<BucketName>" + xml_escape(request.bucket) + "</BucketName>";
    throw problem;
}

}  // namespace

s3_operation operation_of(s3_request const& request) noexcept {
    if (request.bucket.empty()) return request.is("GET") ? s3_operation::list_buckets : s3_operation::unknown;
    if (request.key.empty()) {
        if (request.is("PUT") && request.parameters.empty()) return s3_operation::make_bucket;
        if (request.is("DELETE") && request.parameters.empty()) return s3_operation::remove_bucket;
        if (request.is("GET") && request.has_parameter("list-type")) return s3_operation::list;
        if (request.is("GET") && request.has_parameter("session")) return s3_operation::create_session;
        if (request.is("GET") && request.has_parameter("location")) return s3_operation::location;
        if (request.is("GET") && request.has_parameter("uploads")) return s3_operation::list_uploads;
        if (request.is("POST") && request.has_parameter("delete")) return s3_operation::remove_many;
        return request.is("HEAD") ? s3_operation::head_bucket : s3_operation::unknown;
    }
    bool const of_upload = request.has_parameter("uploadId");
    if (request.is("POST") && request.has_parameter("uploads")) return s3_operation::begin_upload;
    if (request.is("POST") && of_upload) return s3_operation::complete_upload;
    if (request.is("DELETE") && of_upload) return s3_operation::abort_upload;
    bool const copies = request.find_header("x-amz-copy-source") != nullptr;
    if (request.is("PUT") && of_upload && request.has_parameter("partNumber"))
        return copies ? s3_operation::copy_part : s3_operation::put_part;
    if (request.is("GET") && of_upload) return s3_operation::list_parts;
    if (of_upload) return s3_operation::unknown;
    if (request.has_parameter("tagging")) {
        if (request.is("GET")) return s3_operation::read_tags;
        if (request.is("PUT")) return s3_operation::write_tags;
        return request.is("DELETE") ? s3_operation::remove_tags : s3_operation::unknown;
    }
    if (request.is("GET")) return s3_operation::get;
    if (request.is("HEAD")) return s3_operation::head;
    if (request.is("PUT")) return copies ? s3_operation::copy : s3_operation::put;
    return request.is("DELETE") ? s3_operation::remove : s3_operation::unknown;
}

s3_request_view view_of(s3_request const& request, std::uint64_t const number) {
    s3_request_view view;
    view.method = request.raw.method;
    view.bucket = request.bucket;
    view.key = request.key;
    view.query = request.query;
    view.range = request.raw.header("range");
    view.if_match = request.raw.header("if-match");
    view.number = number;
    return view;
}

namespace {

s3_reply answer_to(s3_request const& request, s3_scene const& scene, s3_fault const& fault) {
    s3_operation const operation = operation_of(request);
    if (operation == s3_operation::unknown)
        throw refusal(request.raw.method + " " + request.raw.target + " is no operation of this server", "NotImplemented", 501);
    if (operation == s3_operation::list_buckets) return list_buckets(scene);
    if (operation == s3_operation::make_bucket) return make_bucket(request, scene);
    check_bucket(request, scene);
    switch (operation) {
    case s3_operation::get:
    case s3_operation::head: return get_object(request, scene, fault);
    case s3_operation::put: return put_object(request, scene);
    case s3_operation::copy: return copy_object(request, scene);
    case s3_operation::read_tags: return read_tags(request, scene);
    case s3_operation::write_tags: return write_tags(request, scene);
    case s3_operation::remove_tags: return remove_tags(request, scene);
    case s3_operation::remove: return delete_object(request, scene);
    case s3_operation::remove_many: return delete_objects(request, scene);
    case s3_operation::begin_upload: return begin_upload(request, scene);
    case s3_operation::put_part: return put_part(request, scene);
    case s3_operation::copy_part: return copy_part(request, scene);
    case s3_operation::complete_upload: return complete_upload(request, scene);
    case s3_operation::abort_upload: return abort_upload(request, scene);
    case s3_operation::list_uploads: return list_uploads(request, scene);
    case s3_operation::list_parts: return list_parts(request, scene);
    case s3_operation::list: return list_objects(request, scene);
    case s3_operation::create_session: return create_session(request, scene);
    case s3_operation::location: return bucket_location(scene.region);
    case s3_operation::remove_bucket: return remove_bucket(request, scene);
    case s3_operation::list_buckets:
    case s3_operation::make_bucket:
    case s3_operation::head_bucket:
    case s3_operation::unknown: break;
    }
    return bucket_head(scene.region);
}

}  // namespace

s3_reply serve_operation(s3_request const& request, s3_scene const& scene, s3_fault const& fault) {
    s3_reply reply = answer_to(request, scene, fault);
    for (char const* const name : {"x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key-MD5"})
        if (std::string const* const said = request.find_header(name)) reply.headers.emplace_back(name, *said);
    return reply;
}

void check_before_body(s3_request const& request, s3_scene const& scene) {
    if (operation_of(request) != s3_operation::put) return;
    check_bucket(request, scene);
    auto const current = scene.objects.find(request.bucket, request.key);
    check_put_conditions(request, current ? &*current : nullptr, scene.bare_put_etags);
}

void complete_headers(s3_reply& reply, std::string_view const request_id, unix_seconds const now, header_list const& fault_headers) {
    reply.headers.emplace_back("Date", http_date(now));
    reply.headers.emplace_back("Server", "sluice-testing");
    reply.headers.emplace_back("x-amz-request-id", request_id);
    if (reply.status != 204 && reply.status != 304) reply.headers.emplace_back("Content-Length", std::to_string(reply.content().size()));
    for (auto const& [name, value] : fault_headers) set_header(reply.headers, name, value);
}

}  // namespace sluice::inline v0::testing
