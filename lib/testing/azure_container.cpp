// What the Azure-shaped service does with containers.
#include "testing/azure_desk.hpp"
#include "testing/digest.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view declaration = "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>";

std::string element(std::string_view const name, std::string_view const text) {
    return "<" + std::string(name) + ">" + std::string(text) + "</" + std::string(name) + ">";
}

/// A marker is good for the listing it is of, and nothing else; it is not the name, so nobody can make one up.
std::string marker_of(std::string_view const container, std::string_view const name) {
    return base64(md5("marker " + std::string(container) + ' ' + std::string(name)) + std::string(name));
}

std::string open_marker(std::string_view const container, std::string const& marker) {
    auto const plain = from_base64(marker);
    if (plain && plain->size() > 16 && marker_of(container, std::string_view(*plain).substr(16)) == marker) return plain->substr(16);
    throw refusal("a marker that is none", "InvalidQueryParameterValue");
}

}  // namespace

service_reply azure_desk::list(call const& one) const {
    s3_page_query query;
    query.prefix = one.parameter("prefix");
    query.delimiter = one.parameter("delimiter");
    query.limit = options.page_limit;
    if (std::string const text = one.parameter("maxresults"); !text.empty()) {
        std::uint32_t wanted = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
        if (error != std::errc() || end != text.data() + text.size() || wanted == 0)
            throw refusal("maxresults is no number above 0", "OutOfRangeQueryParameterValue");
        query.limit = std::min(wanted, options.page_limit);
    }
    if (std::string const marker = one.parameter("marker"); !marker.empty()) query.after = open_marker(one.target.container, marker);
    s3_page const page = blobs.list(one.target.container, query);
    std::string xml;
    for (auto const& [key, object] : page.entries) {
        if (!object) {
            xml += element("BlobPrefix", azure_name(key));
            continue;
        }
        std::string const properties = element("Last-Modified", http_date(object->modified)) +
                                       element("Etag", object->etag.substr(1, object->etag.size() - 2)) +
                                       element("Content-Length", std::to_string(object->data->size())) + element("BlobType", "BlockBlob");
        xml += element("Blob", azure_name(key) + element("Properties", properties));
    }
    std::string const next = page.truncated ? marker_of(one.target.container, page.entries.back().key) : std::string();
    service_reply reply;
    reply.headers.emplace_back("Content-Type", "application/xml");
    reply.body = std::string(declaration) + "<EnumerationResults ServiceEndpoint=\"http://test/\" ContainerName=\"" + one.target.container +
                 "\">" + element("Blobs", xml) + (next.empty() ? "<NextMarker />" : element("NextMarker", next)) + "</EnumerationResults>";
    return reply;
}

service_reply azure_desk::list_containers() const {
    std::string xml;
    for (std::string const& name : blobs.bucket_names())
        xml += element("Container", element("Name", name) +
                                        element("Properties", element("Last-Modified", http_date(now())) + element("Etag", "\"0x8D0\"")));
    service_reply reply;
    reply.headers.emplace_back("Content-Type", "application/xml");
    reply.body = std::string(declaration) + element("EnumerationResults", element("Containers", xml) + "<NextMarker />");
    return reply;
}

service_reply azure_desk::make_container(call const& one) {
    if (!blobs.make_bucket(one.target.container))
        throw service_problem(409, "ContainerAlreadyExists", "The specified container already exists.");
    service_reply reply;
    reply.status = 201;
    return reply;
}

service_reply azure_desk::remove_container(call const& one) {
    s3_page_query all;
    all.limit = SIZE_MAX;
    for (auto const& [key, object] : blobs.list(one.target.container, all).entries) {
        blobs.erase(one.target.container, key);
        blocks.forget({one.target.container, key});
    }
    blobs.erase_bucket(one.target.container);
    service_reply reply;
    reply.status = 202;
    return reply;
}

}  // namespace sluice::inline v0::testing
