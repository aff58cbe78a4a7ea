#include "testing/s3_checksums.hpp"
#include "testing/s3_conditions.hpp"
#include "testing/s3_operations.hpp"

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t body_limit = 2 * 1024 * 1024;
constexpr std::size_t key_limit = 1024;

}  // namespace

s3_reply delete_object(s3_request const& request, s3_scene const& scene) {
    scene.objects.erase(request.bucket, request.key, [&](s3_object const* current) { check_delete_conditions(request, current); });
    s3_reply reply;
    reply.status = 204;
    return reply;
}

s3_reply delete_objects(s3_request const& request, s3_scene const& scene) {
    if (request.raw.body.size() > body_limit) throw refusal("The XML you provided is over 2 MiB", "MalformedXML");
    check_content_md5(request, !scene.directory);
    bool const bare = checked_checksums(request).empty();
    if (scene.directory && bare) throw refusal("Missing required header for this request: x-amz-checksum-*");
    s3_delete_list const list = parse_delete_list(request.raw.body);
    std::string results;
    for (std::string const& key : list.keys) {
        if (key.size() > key_limit) {
            results +=
                "<Error><Key>" + xml_escape(key) + "</Key><Code>KeyTooLongError</Code><Message>Your key is too long</Message></Error>";
            continue;
        }
        scene.objects.erase(request.bucket, key);
        if (!list.quiet) results += "<Deleted><Key>" + xml_escape(key) + "</Key></Deleted>";
    }
    return xml_reply("<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + results + "</DeleteResult>");
}

}  // namespace sluice::inline v0::testing
