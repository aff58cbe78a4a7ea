#include "testing/s3_operations.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

s3_object existing(s3_request const& request, s3_scene const& scene) {
    auto object = scene.objects.find(request.bucket, request.key);
    if (!object) throw s3_problem(404, "NoSuchKey", "The specified key does not exist.");
    return std::move(*object);
}

std::string form_decoded(std::string_view const text) {
    std::string plain(text);
    std::ranges::replace(plain, '+', ' ');
    auto decoded = percent_decode(plain);
    if (!decoded || !is_utf8(*decoded)) throw refusal("x-amz-tagging is not encoded as it should be", "InvalidArgument");
    return std::move(*decoded);
}

}  // namespace

header_list tags_of_header(s3_request const& request) {
    header_list tags;
    std::string const* const given = request.find_header("x-amz-tagging");
    if (given == nullptr) return tags;
    for (std::string_view rest = *given; !rest.empty();) {
        auto const end = std::min(rest.find('&'), rest.size());
        std::string_view const pair = rest.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        std::string_view const value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
        tags.emplace_back(form_decoded(pair.substr(0, equals)), form_decoded(value));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return tags;
}

s3_reply read_tags(s3_request const& request, s3_scene const& scene) {
    std::string document = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>";
    for (auto const& [name, value] : existing(request, scene).tags)
        document += "<Tag><Key>" + xml_escape(name) + "</Key><Value>" + xml_escape(value) + "</Value></Tag>";
    return xml_reply(document + "</TagSet></Tagging>");
}

s3_reply write_tags(s3_request const& request, s3_scene const& scene) {
    check_content_md5(request, true);
    s3_object object = existing(request, scene);
    object.tags = parse_tag_list(request.raw.body);
    scene.objects.put(request.bucket, request.key, std::move(object));
    return {};
}

s3_reply remove_tags(s3_request const& request, s3_scene const& scene) {
    s3_object object = existing(request, scene);
    object.tags.clear();
    scene.objects.put(request.bucket, request.key, std::move(object));
    s3_reply reply;
    reply.status = 204;
    return reply;
}

}  // namespace sluice::inline v0::testing
