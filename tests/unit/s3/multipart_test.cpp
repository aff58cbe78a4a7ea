#include "backend/s3/multipart.hpp"

#include "base/hash.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

constexpr std::string_view empty_md5 = "\"d41d8cd98f00b204e9800998ecf8427e\"";

std::string text_of(payload const& data) {
    std::string text;
    for (bytes const& piece : data.pieces()) text += piece.text();
    return text;
}

}  // namespace

TEST_CASE("s3 upload: each request names what the protocol wants, with ids encoded") {
    put_options options;
    options.attributes.content_type = "text/x-t";
    options.attributes.metadata = {{"Colour", "blue"}};
    options.create_only = true;
    recipe const begin = begin_upload_recipe("a/k", options, etag_form::quoted).value();
    CHECK(begin.method == "POST");
    CHECK(begin.query == "uploads=");
    CHECK(begin.headers.find("x-amz-meta-colour") == "blue");
    CHECK(begin.headers.find("Content-Type") == "text/x-t");
    CHECK_FALSE(begin.headers.find("If-None-Match"));
    recipe const part = part_recipe("a/k", "i d/+&", 7, payload("data"));
    CHECK(part.method == "PUT");
    CHECK(part.query == "partNumber=7&uploadId=i%20d%2F%2B%26");
    CHECK(part.body.size() == 4);
    recipe const abort = abort_recipe("a/k", "id");
    CHECK(abort.method == "DELETE");
    CHECK(abort.query == "uploadId=id");
}

TEST_CASE("s3 upload: a completion lists the parts by number, under the conditions of a put") {
    std::vector<sent_part> const parts{{1, "\"a\""}, {3, "b&"}};
    put_options options;
    options.attributes.content_type = "text/x-t";
    options.create_only = true;
    recipe const created = complete_recipe("k", "id", parts, options, etag_form::quoted).value();
    CHECK(created.method == "POST");
    CHECK(created.query == "uploadId=id");
    CHECK(created.headers.find("If-None-Match") == "*");
    CHECK(created.headers.find("Content-Type") == "application/xml");
    CHECK(text_of(created.body) ==
          "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
          "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>"
          "<Part><PartNumber>3</PartNumber><ETag>b&amp;</ETag></Part></CompleteMultipartUpload>");
    CHECK(created.payload_hash == base::hex(base::sha256(text_of(created.body))));
    options.create_only = false;
    options.if_match = "\"e\"";
    recipe const swapped = complete_recipe("k", "id", parts, options, etag_form::bare).value();
    CHECK(swapped.if_match == "e");
    CHECK_FALSE(complete_recipe("k", "id", parts, options, etag_form::none).has_value());
}

TEST_CASE("s3 upload: what can be no upload of this service is refused before anything is sent") {
    put_options options;
    options.resume_as = "x";
    CHECK(begin_upload_recipe("k", options, etag_form::quoted).error().reason() == errc::unsupported);
    options = put_options();
    options.attributes.metadata = {{"a", "line\nbreak"}};
    CHECK(begin_upload_recipe("k", options, etag_form::quoted).error().reason() == errc::invalid_argument);
    options = put_options();
    options.create_only = true;
    options.if_match = "e";
    CHECK(begin_upload_recipe("k", options, etag_form::quoted).error().reason() == errc::invalid_argument);
}

TEST_CASE("s3 upload: the answer to the beginning names an id, or is none") {
    CHECK(parse_begun("<InitiateMultipartUploadResult><UploadId>u+/=</UploadId></InitiateMultipartUploadResult>").value() == "u+/=");
    for (std::string const& document :
         {std::string(), std::string("<html/>"), std::string("<InitiateMultipartUploadResult/>"), std::string("<Initiate"),
          "<InitiateMultipartUploadResult><UploadId>" + std::string(2000, 'x') + "</UploadId></InitiateMultipartUploadResult>"}) {
        CHECK(parse_begun(document).error().reason() == errc::protocol);
    }
}

TEST_CASE("s3 upload: a good answer to a completion may say done, failed, or nothing") {
    auto const done =
        parse_completed(" \n<?xml version=\"1.0\"?><CompleteMultipartUploadResult><ETag>e-2</ETag></CompleteMultipartUploadResult>");
    REQUIRE(std::holds_alternative<completed>(done));
    CHECK(std::get<completed>(done).etag == "\"e-2\"");
    std::string const error = "<Error><Code>InternalError</Code></Error>";
    auto const failed = parse_completed("   " + error);
    REQUIRE(std::holds_alternative<not_completed>(failed));
    CHECK(std::get<not_completed>(failed).document == error);
    for (std::string const document : {"", "   ", "<html/>", "<CompleteMultipartUploadResult/>", "<Complete"})
        CHECK(std::holds_alternative<failure>(parse_completed(document)));
}

TEST_CASE("s3 upload: the ETag of the parts is told where theirs are MD5s") {
    std::vector<sent_part> parts{{1, std::string(empty_md5)}, {2, std::string(empty_md5)}};
    // printf 'd41d8cd98f00b204e9800998ecf8427e%.0s' 1 2 | xxd -r -p | md5sum
    CHECK(etag_of_parts(parts) == "\"5873dd45edd01f09c1ef2e7819369e8e-2\"");
    parts[1].etag = "\"not-an-md5\"";
    CHECK(etag_of_parts(parts).empty());
    parts[1].etag = "d41d8cd98f00b204e9800998ecf8427e";
    CHECK(etag_of_parts(parts).empty());
}

TEST_CASE("s3 upload: every part but the last has the size the protocol asks for") {
    std::vector<written_part> parts{{{1, 0}, min_part}, {{2, min_part}, 1}};
    CHECK(check_sizes(parts).has_value());
    parts.front().size = min_part - 1;
    CHECK(check_sizes(parts).error().reason() == errc::invalid_argument);
    CHECK(check_sizes({}).has_value());
}
