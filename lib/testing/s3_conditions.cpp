#include "testing/s3_conditions.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {
namespace {

std::string_view opaque(std::string_view tag) {
    if (tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"')) tag = tag.substr(1, tag.size() - 2);
    return tag;
}

/// Like S3, takes a tag without its quotes, too. Weak tags match only under `weak` comparison.
bool matches(std::string_view list, std::string_view const etag, bool const weak) {
    if (list == "*") return true;
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        auto tag = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        while (tag.starts_with(' ')) tag.remove_prefix(1);
        while (tag.ends_with(' ')) tag.remove_suffix(1);
        if (weak && tag.starts_with("W/")) tag.remove_prefix(2);
        if (opaque(tag) == opaque(etag)) return true;
    }
    return false;
}

/// A write names one tag, with its quotes or without: S3 takes no list there. With `bare` only without.
bool matches_of_write(std::string_view const tag, std::string_view const etag, bool const bare) {
    return tag == "*" || tag == opaque(etag) || (!bare && tag == etag);
}

unix_seconds date_of(std::string const& value, char const* const name) {
    auto const date = parse_http_date(value);
    if (!date) throw refusal(std::string(name) + " is not an HTTP date: " + value, "InvalidArgument");
    return *date;
}

[[noreturn]] void fail(char const* const condition) {
    s3_problem problem(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    problem.elements = std::string("<Condition>") + condition + "</Condition>";
    throw problem;
}

[[noreturn]] void not_modified(s3_object const& object) {
    s3_problem problem(304, "NotModified", "Not Modified");
    problem.headers = {{"ETag", object.etag}, {"Last-Modified", http_date(object.modified)}};
    throw problem;
}

}  // namespace

void check_read_conditions(service_request const& request, s3_object const& object) {
    if (auto const* const match = request.find_header("if-match")) {
        if (!matches(*match, object.etag, false)) fail("If-Match");
    } else if (auto const* const unmodified = request.find_header("if-unmodified-since")) {
        if (object.modified > date_of(*unmodified, "If-Unmodified-Since")) fail("If-Unmodified-Since");
    }
    if (auto const* const none_match = request.find_header("if-none-match")) {
        if (matches(*none_match, object.etag, true)) not_modified(object);
    } else if (auto const* const modified = request.find_header("if-modified-since")) {
        if (object.modified <= date_of(*modified, "If-Modified-Since")) not_modified(object);
    }
}

void check_put_conditions(s3_request const& request, s3_object const* const current, bool const bare) {
    auto const* const match = request.find_header("if-match");
    auto const* const none_match = request.find_header("if-none-match");
    if (match != nullptr && none_match != nullptr) throw refusal("If-Match and If-None-Match on a PUT", "NotImplemented", 501);
    if (none_match != nullptr) {
        if (*none_match != "*") throw refusal("If-None-Match on a PUT must be *", "NotImplemented", 501);
        if (current != nullptr) fail("If-None-Match");
    }
    if (match != nullptr) {
        // S3 User Guide, "Conditional write behavior": "If there's no current object version with the same name, [...] the operation
        // fails with a 404 Not Found error." Ceph answers 412.
        if (current == nullptr) {
            if (bare) fail("If-Match");
            throw s3_problem(404, "NoSuchKey", "The specified key does not exist.");
        }
        if (!matches_of_write(*match, current->etag, bare)) fail("If-Match");
    }
}

void check_delete_conditions(s3_request const& request, s3_object const* const current) {
    if (request.find_header("if-none-match") != nullptr) throw refusal("If-None-Match on a DELETE", "NotImplemented", 501);
    auto const* const match = request.find_header("if-match");
    if (match != nullptr && current != nullptr && !matches(*match, current->etag, false)) fail("If-Match");
}

}  // namespace sluice::inline v0::testing
