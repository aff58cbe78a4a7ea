#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

namespace sluice::inline v0::testing {
namespace {

s3_problem unsatisfiable(std::string const& range, std::uint64_t const size) {
    s3_problem problem(416, "InvalidRange", "The requested range is not satisfiable");
    problem.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    problem.elements =
        "<RangeRequested>" + xml_escape(range) + "</RangeRequested><ActualObjectSize>" + std::to_string(size) + "</ActualObjectSize>";
    return problem;
}

}  // namespace

s3_reply get_object(s3_request const& request, s3_scene const& scene, s3_fault const& fault) {
    auto const object = scene.objects.find(request.bucket, request.key);
    if (!object) throw s3_problem(404, "NoSuchKey", "The specified key does not exist.");
    check_customer_key(*object, customer_key_of(request, "x-amz-"));
    check_read_conditions(request, *object);
    s3_reply reply;
    reply.object = object->data;
    std::uint64_t const size = object->data->size();
    reply.length = size;
    std::string const* const range = request.find_header("range");
    if (range != nullptr && !fault.ignore_range) {
        std::optional<byte_slice> const part = parse_range(*range, size);
        if (!part) throw unsatisfiable(*range, size);
        cut_to(reply, fault.shift_range == 0 ? *part : shifted(*part, fault.shift_range, size));
    }
    reply.headers.emplace_back("ETag", object->etag);
    reply.headers.emplace_back("Last-Modified", http_date(object->modified));
    reply.headers.emplace_back("Accept-Ranges", "bytes");
    reply.headers.insert(reply.headers.end(), object->headers.begin(), object->headers.end());
    if (!object->tags.empty()) reply.headers.emplace_back("x-amz-tagging-count", std::to_string(object->tags.size()));
    if (std::string const* const mode = request.find_header("x-amz-checksum-mode")) {
        if (*mode != "ENABLED") throw refusal("a checksum mode that is none: " + *mode);
        if (range == nullptr) reply.headers.insert(reply.headers.end(), object->checksums.begin(), object->checksums.end());
    }
    if (fault.flip_bit_of) flip(reply, *fault.flip_bit_of);
    return reply;
}

}  // namespace sluice::inline v0::testing
