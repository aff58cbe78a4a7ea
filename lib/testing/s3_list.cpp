#include "testing/digest.hpp"
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

constexpr std::uint32_t largest_page = 1000;

std::string parameter(s3_request const& request, std::string_view const name) {
    std::string const* const value = request.find_parameter(name);
    return value == nullptr ? std::string() : *value;
}

std::uint32_t max_keys(s3_request const& request) {
    std::string const* const text = request.find_parameter("max-keys");
    if (text == nullptr) return largest_page;
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value > 0x7fffffff)
        throw refusal("Provided max-keys not an integer or within integer range", "InvalidArgument");
    return std::min(value, largest_page);
}

/// What a token is good for: the same listing, nothing else.
std::string token_seal(s3_request const& request, std::string_view const last) {
    std::string text;
    for (std::string const& part : {request.bucket, parameter(request, "prefix"), parameter(request, "delimiter"), std::string(last)})
        text += std::to_string(part.size()) + ':' + part;
    return md5("listing " + text);
}

/// In base64, so that a client which does not percent-encode its +, / and = fails.
std::string make_token(s3_request const& request, std::string_view const last) {
    return base64(token_seal(request, last) + std::string(last));
}

std::string open_token(s3_request const& request, std::string const& token) {
    auto const bytes = from_base64(token);
    if (bytes && bytes->size() > 16 && token_seal(request, std::string_view(*bytes).substr(16)) == bytes->substr(0, 16))
        return bytes->substr(16);
    throw refusal("The continuation token provided is incorrect", "InvalidArgument");
}

struct page_writer {
    bool url;
    std::string xml{};

    std::string name(std::string_view const text) const { return url ? listing_encode(text) : xml_escape(text); }
    void element(std::string_view const tag, std::string_view const content) {
        xml += '<';
        xml += tag;
        xml += '>';
        xml += content;
        xml += "</";
        xml += tag;
        xml += '>';
    }
};

void check_list_parameters(s3_request const& request) {
    if (parameter(request, "list-type") != "2") throw refusal("list-type must be 2", "InvalidArgument");
    if (std::string const* const e = request.find_parameter("encoding-type"); e != nullptr && *e != "url")
        throw refusal("Invalid Encoding Method specified in Request", "InvalidArgument");
    if (std::string const* const f = request.find_parameter("fetch-owner"); f != nullptr && *f != "false")
        throw refusal("fetch-owner must be false: nobody owns anything here", "NotImplemented", 501);
}

void write_entries(page_writer& out, s3_page const& page) {
    for (auto const& [key, object] : page.entries) {
        if (!object) continue;
        page_writer contents{out.url};
        contents.element("Key", out.name(key));
        contents.element("LastModified", iso_date(object->modified));
        contents.element("ETag", xml_escape(object->etag));
        contents.element("Size", std::to_string(object->data->size()));
        contents.element("StorageClass", "STANDARD");
        out.element("Contents", contents.xml);
    }
    for (auto const& [key, object] : page.entries)
        if (!object) out.element("CommonPrefixes", "<Prefix>" + out.name(key) + "</Prefix>");
}

}  // namespace

s3_reply list_objects(s3_request const& request, s3_scene const& scene) {
    check_list_parameters(request);
    s3_page_query query;
    query.prefix = parameter(request, "prefix");
    query.delimiter = parameter(request, "delimiter");
    query.unordered = scene.directory;
    std::uint32_t const asked = max_keys(request);
    query.limit = std::min(asked, std::max(1u, scene.page_limit));
    std::string const* const token = request.find_parameter("continuation-token");
    query.after = token == nullptr ? parameter(request, "start-after") : open_token(request, *token);
    s3_page const page = scene.objects.list(request.bucket, query);

    page_writer out{request.has_parameter("encoding-type")};
    out.element("Name", request.bucket);
    out.element("Prefix", out.name(query.prefix));
    if (request.has_parameter("start-after")) out.element("StartAfter", out.name(parameter(request, "start-after")));
    if (token != nullptr) out.element("ContinuationToken", *token);
    if (page.truncated) out.element("NextContinuationToken", make_token(request, page.entries.back().key));
    out.element("KeyCount", std::to_string(page.entries.size()));
    out.element("MaxKeys", std::to_string(asked));
    if (!query.delimiter.empty()) out.element("Delimiter", out.name(query.delimiter));
    if (out.url) out.element("EncodingType", "url");
    out.element("IsTruncated", page.truncated ? "true" : "false");
    write_entries(out, page);
    return xml_reply("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + out.xml + "</ListBucketResult>");
}

}  // namespace sluice::inline v0::testing
