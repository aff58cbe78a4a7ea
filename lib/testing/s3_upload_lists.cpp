// Which uploads in parts are open, and what they hold.
#include "testing/s3_operations.hpp"
#include "testing/s3_text.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace sluice::inline v0::testing {

s3_uploads_page s3_uploads::list(std::string const& bucket, std::string const& prefix, std::string const& after_key,
                                 std::string const& after_id, std::size_t const limit, bool const directory) const {
    std::vector<s3_uploads_page::entry> all;
    {
        std::lock_guard const lock(mutex_);
        for (auto const& [id, open] : uploads_)
            if (open.bucket == bucket && open.key.starts_with(prefix)) all.push_back({open.key, id, open.initiated});
    }
    auto const hidden = [](s3_uploads_page::entry const& e) { return place_in_listing(e.key + e.id); };
    std::ranges::sort(all, [&](auto const& a, auto const& b) {
        return directory ? hidden(a) < hidden(b) : std::tie(a.key, a.id) < std::tie(b.key, b.id);
    });
    auto const given = [&](s3_uploads_page::entry const& e) {
        if (directory) return hidden(e) <= after_key;
        return e.key < after_key || (e.key == after_key && (after_id.empty() || e.id <= after_id));
    };
    if (!after_key.empty()) std::erase_if(all, given);
    s3_uploads_page page;
    page.truncated = all.size() > limit;
    if (page.truncated) {
        all.resize(limit);
        page.next_key = directory ? hidden(all.back()) : all.back().key;
        if (!directory) page.next_id = all.back().id;
    }
    page.entries = std::move(all);
    return page;
}

namespace {

std::string parameter(s3_request const& request, std::string_view const name) {
    std::string const* const value = request.find_parameter(name);
    return value == nullptr ? std::string() : *value;
}

std::uint32_t number(s3_request const& request, std::string_view const name, std::uint32_t const otherwise) {
    std::string const* const text = request.find_parameter(name);
    if (text == nullptr) return otherwise;
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) throw refusal("no number: " + *text, "InvalidArgument");
    return value;
}

std::string element(std::string_view const tag, std::string const& content) {
    return '<' + std::string(tag) + '>' + content + "</" + std::string(tag) + '>';
}

}  // namespace

s3_reply list_uploads(s3_request const& request, s3_scene const& scene) {
    bool const url = parameter(request, "encoding-type") == "url";
    auto const name = [url](std::string_view text) { return url ? listing_encode(text) : xml_escape(text); };
    std::string const key_marker = parameter(request, "key-marker"), id_marker = parameter(request, "upload-id-marker");
    if (key_marker.empty() && !id_marker.empty()) throw refusal("an upload-id-marker without a key-marker");
    std::uint32_t const limit = std::min({number(request, "max-uploads", 1000), 1000u, std::max(1u, scene.page_limit)});
    s3_uploads_page const page =
        scene.uploads.list(request.bucket, parameter(request, "prefix"), key_marker, id_marker, limit, scene.directory);
    std::string xml = element("Bucket", request.bucket) + element("KeyMarker", name(key_marker));
    if (url) xml += element("EncodingType", "url");
    xml += element("IsTruncated", page.truncated ? "true" : "false");
    if (page.truncated) {
        xml += element("NextKeyMarker", name(page.next_key));
        if (!page.next_id.empty()) xml += element("NextUploadIdMarker", xml_escape(page.next_id));
    }
    for (auto const& [key, id, initiated] : page.entries)
        xml +=
            element("Upload", element("Key", name(key)) + element("UploadId", xml_escape(id)) + element("Initiated", iso_date(initiated)));
    return xml_reply("<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + xml +
                     "</ListMultipartUploadsResult>");
}

s3_reply list_parts(s3_request const& request, s3_scene const& scene) {
    auto const open = scene.uploads.find(parameter(request, "uploadId"), request.bucket, request.key);
    if (!open) throw s3_problem(404, "NoSuchUpload", "The specified upload does not exist.");
    std::uint32_t const after = number(request, "part-number-marker", 0);
    std::uint32_t const limit = std::min({number(request, "max-parts", 1000), 1000u, std::max(1u, scene.page_limit)});
    std::string parts;
    std::uint32_t given = 0, last = after;
    auto it = open->parts.upper_bound(after);
    for (; it != open->parts.end() && given < limit; ++it, ++given) {
        last = it->first;
        parts += element("Part", element("PartNumber", std::to_string(it->first)) + element("ETag", xml_escape(it->second.etag)) +
                                     element("Size", std::to_string(it->second.data->size())));
    }
    bool const more = it != open->parts.end();
    std::string xml = element("Bucket", request.bucket) + element("Key", xml_escape(request.key)) +
                      element("UploadId", xml_escape(parameter(request, "uploadId"))) + element("IsTruncated", more ? "true" : "false");
    if (more) xml += element("NextPartNumberMarker", std::to_string(last));
    return xml_reply("<ListPartsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + xml + parts + "</ListPartsResult>");
}

}  // namespace sluice::inline v0::testing
