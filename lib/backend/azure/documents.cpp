// The XML documents of a container and of a blob: listings and lists of blocks.
#include "backend/azure/response.hpp"

#include "base/http_date.hpp"
#include "base/percent.hpp"
#include "base/utf8.hpp"
#include "codec/xml.hpp"
#include "store/conditions.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

using codec::xml_document, codec::xml_element;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

/// The service writes a byte order mark, which XML allows and a parser of bytes does not know.
result<xml_document> parse_as(std::string document, std::size_t const limit, std::string_view const root) {
    if (document.starts_with("\xef\xbb\xbf")) document.erase(0, 3);
    result<xml_document> parsed = xml_document::parse(std::move(document), limit);
    if (parsed && parsed->root().name() != root)
        return broken("expected <" + std::string(root) + ">, got <" + std::string(parsed->root().name().substr(0, 80)) +
                      ">; is this an endpoint of Azure Blob Storage?");
    return parsed;
}

result<std::uint64_t> number_of(xml_element const element, char const* const what) {
    std::string scratch;
    std::string_view const text = element.text(scratch);
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return broken(what);
    return value;
}

/// A name of a listing, which must lie under the prefix that was asked for: whoever removes what is listed relies on it.
result<std::string> name_under(std::string_view const prefix, xml_element const element) {
    std::string name = element.text();
    if (element.is_encoded()) {  // characters that XML has not
        auto decoded = base::percent_decode(name);
        if (!decoded) return broken("a name of the listing is not percent-encoded as it claims to be");
        name = *std::move(decoded);
    }
    if (name.find('\0') != std::string::npos || !base::valid_utf8(name)) return broken("a name of the listing is not valid UTF-8");
    if (name.empty() || !name.starts_with(prefix)) return broken("the listing has a name outside the prefix that was asked for");
    return name;
}

result<void> read_blob(object_meta& object, xml_element const blob, std::string_view const prefix) {
    auto key = name_under(prefix, blob.child("Name"));
    if (!key) return key.error();
    object.key = *std::move(key);
    xml_element const properties = blob.child("Properties");
    auto const size = number_of(properties.child("Content-Length"), "the listing has a blob without a size");
    if (!size) return size.error();
    object.size = *size;
    object.etag = store::quoted_etag(properties.text_of("Etag"));
    object.last_modified = base::parse_http_date(properties.text_of("Last-Modified"));
    object.storage_class = properties.text_of("AccessTier");
    object.version = blob.text_of("VersionId");
    return {};
}

}  // namespace

result<list_page> parse_list(std::string document, std::string_view const prefix) {
    result<xml_document> const parsed = parse_as(std::move(document), list_limit, "EnumerationResults");
    if (!parsed) return parsed.error();
    xml_element const blobs = parsed->root().child("Blobs");
    if (!blobs) return broken("a listing without its blobs");
    list_page page;
    for (xml_element e = blobs.first_child(); e; e = e.next()) {
        if (e.name() == "Blob") {
            auto const read = read_blob(page.objects.emplace_back(), e, prefix);
            if (!read) return read.error();
        } else if (e.name() == "BlobPrefix") {
            auto group = name_under(prefix, e.child("Name"));
            if (!group) return group.error();
            page.prefixes.push_back(*std::move(group));
        }
    }
    page.next = parsed->root().text_of("NextMarker");
    return page;
}

result<std::vector<listed_block>> parse_block_list(std::string document) {
    result<xml_document> const parsed = parse_as(std::move(document), block_list_limit, "BlockList");
    if (!parsed) return parsed.error();
    std::vector<listed_block> blocks;
    for (xml_element e = parsed->root().child("UncommittedBlocks").first_child(); e; e = e.next()) {
        if (e.name() != "Block") continue;
        listed_block& one = blocks.emplace_back();
        one.id = e.text_of("Name");
        auto const size = number_of(e.child("Size"), "the list of blocks has one without a size");
        if (!size) return size.error();
        one.size = *size;
    }
    return blocks;
}

result<container_page> parse_containers(std::string document) {
    result<xml_document> const parsed = parse_as(std::move(document), list_limit, "EnumerationResults");
    if (!parsed) return parsed.error();
    container_page page;
    for (xml_element e = parsed->root().child("Containers").first_child(); e; e = e.next()) {
        if (e.name() != "Container") continue;
        listed_container& one = page.containers.emplace_back();
        one.name = e.text_of("Name");
        if (one.name.empty()) return broken("the list of containers has one without a name");
        one.last_modified = base::parse_http_date(e.child("Properties").text_of("Last-Modified"));
    }
    page.next = parsed->root().text_of("NextMarker");
    return page;
}

}  // namespace sluice::inline v0::azure
