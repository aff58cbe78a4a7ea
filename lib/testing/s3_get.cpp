#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

struct slice {
    std::uint64_t first, length;
};

std::optional<std::uint64_t> number(std::string_view const text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

s3_problem unsatisfiable(std::string const& range, std::uint64_t const size) {
    s3_problem problem(416, "InvalidRange", "The requested range is not satisfiable");
    problem.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    problem.elements =
        "<RangeRequested>" + xml_escape(range) + "</RangeRequested><ActualObjectSize>" + std::to_string(size) + "</ActualObjectSize>";
    return problem;
}

/// RFC 9110 lets a server ignore what it cannot parse; here it is a mistake of the client.
slice parse_range(std::string const& range, std::uint64_t const size) {
    auto const bad = [&] { return refusal("malformed Range: " + range, "InvalidArgument"); };
    std::string_view text = range;
    if (!text.starts_with("bytes=")) throw bad();
    text.remove_prefix(6);
    auto const dash = text.find('-');
    if (dash == text.npos || text.size() == 1) throw bad();
    auto const first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
    if (dash == 0) {
        if (!last) throw bad();
        if (*last == 0 || size == 0) throw unsatisfiable(range, size);
        auto const length = std::min(*last, size);
        return {size - length, length};
    }
    bool const open = dash + 1 == text.size();
    if (!first || (!last && !open) || (last && *last < *first)) throw bad();
    if (*first >= size) throw unsatisfiable(range, size);
    return {*first, (open ? size - 1 : std::min(*last, size - 1)) - *first + 1};
}

/// Nothing tells: the lengths, the ETag and the checksum are those of the object.
void flip(s3_reply& reply, std::uint64_t const at) {
    std::string spoilt = *reply.object;
    if (at < reply.length) spoilt[static_cast<std::size_t>(reply.first + at)] ^= 1;
    reply.object = std::make_shared<std::string const>(std::move(spoilt));
}

slice shifted(slice const asked, std::int64_t const shift, std::uint64_t const size) {
    auto const moved = std::clamp<std::int64_t>(static_cast<std::int64_t>(asked.first) + shift, 0, static_cast<std::int64_t>(size) - 1);
    auto const first = static_cast<std::uint64_t>(moved);
    return {first, std::min(asked.length, size - first)};
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
        slice part = parse_range(*range, size);
        if (fault.shift_range != 0) part = shifted(part, fault.shift_range, size);
        reply.status = 206;
        reply.first = part.first;
        reply.length = part.length;
        reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                        std::to_string(part.first + part.length - 1) + "/" + std::to_string(size));
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
