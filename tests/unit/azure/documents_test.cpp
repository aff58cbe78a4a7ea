#include "backend/azure/response.hpp"
#include "base/checksum.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

namespace {

std::string azure_listing(std::string const& blobs, std::string const& next = "<NextMarker />") {
    return "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"c\"><Blobs>" + blobs + "</Blobs>" +
           next + "</EnumerationResults>";
}

std::string azure_blob(std::string const& name, std::string const& size = "5") {
    return "<Blob>" + name + "<Properties><Last-Modified>Sun, 06 Nov 1994 08:49:37 GMT</Last-Modified><Etag>0x8D1</Etag><Content-Length>" +
           size + "</Content-Length><AccessTier>Hot</AccessTier></Properties></Blob>";
}

}  // namespace

TEST_CASE("azure listing: blobs, prefixes, a marker, a byte order mark") {
    auto const page = azure::parse_list(azure_listing(azure_blob("<Name>a/b &amp; c</Name>") + "<BlobPrefix><Name>a/d/</Name></BlobPrefix>",
                                                      "<NextMarker>2!x</NextMarker>"),
                                        "a/");
    REQUIRE(page.has_value());
    REQUIRE(page->objects.size() == 1);
    CHECK(page->objects[0].key == "a/b & c");
    CHECK(page->objects[0].size == 5);
    CHECK(page->objects[0].etag == "\"0x8D1\"");
    CHECK(page->objects[0].storage_class == "Hot");
    CHECK(page->objects[0].last_modified.has_value());
    CHECK(page->prefixes == std::vector<std::string>{"a/d/"});
    CHECK(page->next == "2!x");
}

TEST_CASE("azure listing: names that XML has no characters for come percent-encoded, and only those are decoded") {
    auto const page =
        azure::parse_list(azure_listing(azure_blob("<Name Encoded=\"true\">a%01b</Name>") + azure_blob("<Name>a%20b</Name>")), {});
    REQUIRE(page.has_value());
    CHECK(page->objects[0].key ==
          "a\x01"
          "b");
    CHECK(page->objects[1].key == "a%20b");
    CHECK(page->next.empty());
}

TEST_CASE("azure listing: what is none is refused") {
    for (std::string const& bad :
         {std::string("no XML"), std::string("<Other/>"), std::string("<EnumerationResults/>"), azure_listing(azure_blob("<Name>b</Name>")),
          azure_listing(azure_blob("<Name></Name>")), azure_listing(azure_blob("<Name>a</Name>", "")),
          azure_listing(azure_blob("<Name>a</Name>", "-1")), azure_listing(azure_blob("<Name Encoded=\"true\">a%0</Name>")),
          azure_listing(azure_blob("<Name Encoded=\"true\">a%00</Name>")), azure_listing("<Blob><Name>a</Name></Blob>")}) {
        auto const page = azure::parse_list(bad, "a");
        REQUIRE_MESSAGE(page.has_error(), bad);
        CHECK(page.error().reason() == errc::protocol);
    }
}

TEST_CASE("azure block list: what is not committed, and containers") {
    auto const blocks = azure::parse_block_list(
        "<BlockList><CommittedBlocks><Block><Name>QQ==</Name><Size>1</Size></Block></CommittedBlocks>"
        "<UncommittedBlocks><Block><Name>Qg==</Name><Size>7</Size></Block></UncommittedBlocks></BlockList>");
    REQUIRE(blocks.has_value());
    REQUIRE(blocks->size() == 1);
    CHECK((*blocks)[0].id == "Qg==");
    CHECK((*blocks)[0].size == 7);
    CHECK(azure::parse_block_list("<BlockList/>")->empty());
    CHECK(azure::parse_block_list("<BlockList><UncommittedBlocks><Block><Name>Qg==</Name></Block></UncommittedBlocks></BlockList>")
              .has_error());
    auto const page = azure::parse_containers(
        "<EnumerationResults><Containers><Container><Name>one</Name></Container></Containers>"
        "<NextMarker>m</NextMarker></EnumerationResults>");
    REQUIRE(page.has_value());
    CHECK(page->containers[0].name == "one");
    CHECK(page->next == "m");
    CHECK(azure::parse_containers("<EnumerationResults><Containers><Container/></Containers></EnumerationResults>").has_error());
}

TEST_CASE("azure answers: a CRC has its bytes in the service's order, lowest first") {
    // Of "Hello Azure!", as the tests of Azure's own client have it.
    http::response_head head;
    head.headers.add("x-ms-content-crc64", "DtjZpL9/o8c=");
    auto const told = azure::range_checksum(head);
    REQUIRE(told.has_value());
    base::checksum_stream sum(checksum_algorithm::crc64nvme);
    sum.update(std::as_bytes(std::span<char const>(std::string_view("Hello Azure!"))));
    std::uint64_t const crc = sum.crc();
    CHECK(azure::crc_in_azures_order(crc) == "DtjZpL9/o8c=");
    CHECK(told->value == sum.finish());
    http::response_head bad;
    bad.headers.add("x-ms-content-crc64", "AAAA");
    CHECK_FALSE(azure::range_checksum(bad).has_value());
}

TEST_CASE("azure answers: what travels with an object; MD5 of the whole, never that of a part") {
    http::response_head head;
    head.status = 206;
    for (auto const& [name, value] : {std::pair{"ETag", "\"0x1\""},
                                      {"Content-Type", "text/plain"},
                                      {"x-ms-meta-Colour", "blue"},
                                      {"x-ms-meta-sluice_put_id", "secret"},
                                      {"Content-MD5", "part"},
                                      {"x-ms-blob-content-md5", "whole"},
                                      {"x-ms-version-id", "2024"},
                                      {"x-ms-access-tier", "Cool"}})
        head.headers.add(name, value);
    object_meta const part = azure::meta_of("k", head);
    REQUIRE(part.checksum.has_value());
    CHECK(part.checksum->value == "whole");
    CHECK(part.version == "2024");
    CHECK(part.storage_class == "Cool");
    REQUIRE(part.attributes.metadata.size() == 1);
    CHECK(part.attributes.metadata[0].first == "colour");
    head.status = 200;
    CHECK(azure::meta_of("k", head).checksum->value == "part");
}
