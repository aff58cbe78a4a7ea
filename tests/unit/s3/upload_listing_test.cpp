#include "backend/s3/upload_listing.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

std::string page_of(std::string_view inside) {
    return "<?xml version=\"1.0\"?><ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + std::string(inside) +
           "</ListMultipartUploadsResult>";
}

std::string upload_of(std::string_view key, std::string_view id) {
    return "<Upload><Key>" + std::string(key) + "</Key><UploadId>" + std::string(id) +
           "</UploadId><Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>";
}

listing_marker marker(std::string key, std::string id) {
    listing_marker m;
    m.key = std::move(key);
    m.id = std::move(id);
    return m;
}

}  // namespace

TEST_CASE("s3 open uploads: a page is asked for by prefix, and the next by key and id, all of it encoded") {
    CHECK(page_recipe<upload_listing>("", {}, key_form::encoded).value().query == "encoding-type=url&max-uploads=1000&uploads=");
    CHECK(page_recipe<upload_listing>("a b/", marker("a b/+", "i/d"), key_form::encoded).value().query ==
          "encoding-type=url&key-marker=a%20b%2F%2B&max-uploads=1000&prefix=a%20b%2F&upload-id-marker=i%2Fd&uploads=");
    CHECK(page_recipe<upload_listing>("", marker("k", ""), key_form::plain).value().query == "key-marker=k&max-uploads=1000&uploads=");
    CHECK(page_recipe<upload_listing>(std::string_view("a\0b", 3), {}, key_form::plain).error().reason() == errc::invalid_argument);
    CHECK(page_recipe<upload_listing>("\xff", {}, key_form::plain).error().reason() == errc::invalid_argument);
    CHECK(list_parts_recipe("k", "i+d", 0).query == "max-parts=1000&uploadId=i%2Bd");
    CHECK(list_parts_recipe("k", "id", 1000).query == "max-parts=1000&part-number-marker=1000&uploadId=id");
}

TEST_CASE("s3 open uploads: a page tells key, id and time, and where the next begins") {
    marked_page<open_upload> const page =
        parse_page<upload_listing>(
            page_of("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>p/%C3%A9+1</NextKeyMarker>"
                    "<NextUploadIdMarker>b</NextUploadIdMarker>" +
                    upload_of("p/%C3%A9%2B1", "a") + upload_of("p/%C3%A9+1", "b")),
            "p/", key_form::encoded)
            .value();
    REQUIRE(page.entries.size() == 2);
    CHECK(page.entries[0].key == "p/\u00e9+1");
    CHECK(page.entries[0].id == "a");
    CHECK(page.entries[0].initiated.has_value());
    CHECK(page.entries[1].key == "p/\u00e9 1");
    CHECK(page.more);
    CHECK(page.next.key == "p/\u00e9 1");
    CHECK(page.next.id == "b");
    CHECK_FALSE(page.unclear);
    // Literal where the page does not claim to be encoded.
    marked_page<open_upload> const plain =
        parse_page<upload_listing>(page_of("<IsTruncated>false</IsTruncated>" + upload_of("a+b%20", "i")), "", key_form::plain).value();
    CHECK(plain.entries[0].key == "a+b%20");
    CHECK_FALSE(plain.more);
}

TEST_CASE("s3 open uploads: a page that does not say whether its keys are encoded, as it was asked to, is asked for again as plain") {
    std::string const silent = page_of("<IsTruncated>false</IsTruncated>" + upload_of("p%2520q", "i"));
    marked_page<open_upload> const unclear = parse_page<upload_listing>(silent, "p q/", key_form::encoded).value();
    CHECK(unclear.unclear);
    CHECK(unclear.entries.empty());
    CHECK_FALSE(parse_page<upload_listing>(page_of("<IsTruncated>false</IsTruncated>"), "", key_form::encoded)
                    .value()
                    .unclear);  // no key, no question
    CHECK(parse_page<upload_listing>(silent, "p", key_form::plain).value().entries[0].key == "p%2520q");
}

TEST_CASE("s3 open uploads: what is no such page is refused") {
    for (std::string const& document : {
             std::string("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"),
             std::string(),
             page_of(""),
             page_of("<IsTruncated>maybe</IsTruncated>"),
             page_of("<IsTruncated>true</IsTruncated>"),
             page_of("<IsTruncated>true</IsTruncated><NextUploadIdMarker>a</NextUploadIdMarker>"),
             page_of("<IsTruncated>false</IsTruncated>" + upload_of("p/k", "")),
             page_of("<IsTruncated>false</IsTruncated>" + upload_of("p/k", std::string(1025, 'i'))),
             page_of("<IsTruncated>false</IsTruncated>" + upload_of("outside", "i")),
             page_of("<IsTruncated>false</IsTruncated><Upload><UploadId>i</UploadId></Upload>"),
             page_of("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>" + upload_of("p/%zz", "i")),
         }) {
        result<marked_page<open_upload>> const parsed = parse_page<upload_listing>(document, "p/", key_form::plain);
        CHECK_MESSAGE(parsed.has_error(), document);
        CHECK(parsed.error().reason() == errc::protocol);
    }
}

TEST_CASE("s3 open uploads: a listing that does not get on is noticed (robustness 39)") {
    listing_progress progress;
    CHECK(progress.advances_to(marker("a", "2")));
    CHECK(progress.advances_to(marker("a", "1")));  // ids have no order that is promised
    CHECK_FALSE(progress.advances_to(marker("a", "2")));
    CHECK(progress.advances_to(marker("b", "2")));
    CHECK_FALSE(progress.advances_to(marker("a", "3")));
    listing_progress without_ids;
    CHECK(without_ids.advances_to(marker("a", "")));
    CHECK_FALSE(without_ids.advances_to(marker("a", "")));
}

TEST_CASE("s3 open uploads: parts are added up, page by page and only forward") {
    auto const document = [](std::string_view inside) { return "<ListPartsResult>" + std::string(inside) + "</ListPartsResult>"; };
    parts_page const page = parse_parts(document("<IsTruncated>true</IsTruncated><NextPartNumberMarker>7</NextPartNumberMarker>"
                                                 "<Part><PartNumber>2</PartNumber><Size>5</Size></Part><Part><Size>0</Size></Part>"),
                                        1)
                                .value();
    CHECK(page.size.parts == 2);
    CHECK(page.size.bytes == 5);
    CHECK(page.next == 7);
    CHECK(parse_parts(document("<IsTruncated>false</IsTruncated>"), 0).value().next == 0);
    for (std::string_view const bad :
         {"", "<IsTruncated>false</IsTruncated><Part/>", "<IsTruncated>false</IsTruncated><Part><Size>-1</Size></Part>",
          "<IsTruncated>true</IsTruncated><NextPartNumberMarker>7</NextPartNumberMarker>",
          "<IsTruncated>false</IsTruncated><Part><Size>18446744073709551615</Size></Part><Part><Size>1</Size></Part>"})
        CHECK_MESSAGE(parse_parts(document(bad), 7).has_error(), bad);
}
