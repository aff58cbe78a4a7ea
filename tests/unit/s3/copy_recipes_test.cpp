#include "backend/s3/copy_recipes.hpp"

#include "backend/s3/multipart.hpp"
#include "backend/s3/tagging.hpp"
#include "backend/s3/versions.hpp"
#include "base/hash.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

object_meta source(std::string key, std::string etag) {
    object_meta object;
    object.key = std::move(key);
    object.etag = std::move(etag);
    return object;
}

}  // namespace

TEST_CASE("s3 copy: the source is named encoded, and pinned by a strong ETag only") {
    head_options asked;
    copy_source from = source_of("bucket", source("a b/+&?", "\"e\""), asked);
    CHECK(from.name == "bucket/a%20b/%2B%26%3F");
    CHECK(from.if_match == "\"e\"");
    asked.version = "v/1";
    from = source_of("bucket", source("k", "W/\"e\""), asked);
    CHECK(from.name == "bucket/k?versionId=v%2F1");
    CHECK(from.if_match.empty());
}

TEST_CASE("s3 copy: one request says whether attributes and tags are the source's") {
    copy_source const from = source_of("bucket", source("k", "\"e\""), head_options());
    put_options options;
    options.attributes.content_type = "text/html";
    recipe same = copy_recipe("to", from, options, false).value();
    CHECK(same.method == "PUT");
    CHECK(same.headers.find("x-amz-copy-source") == "bucket/k");
    CHECK(same.headers.find("x-amz-copy-source-if-match") == "\"e\"");
    CHECK(same.headers.find("x-amz-metadata-directive") == "COPY");
    CHECK_FALSE(same.headers.find("Content-Type"));
    CHECK_FALSE(same.headers.find("x-amz-tagging-directive"));
    options.keeping.tags = {{"a", "b"}};
    recipe const anew = copy_recipe("to", from, options, true).value();
    CHECK(anew.headers.find("x-amz-metadata-directive") == "REPLACE");
    CHECK(anew.headers.find("Content-Type") == "text/html");
    CHECK(anew.headers.find("x-amz-tagging-directive") == "REPLACE");
    CHECK(anew.headers.find("x-amz-tagging") == "a=b");
}

TEST_CASE("s3 copy: a part names its range of the source") {
    copy_source const from = source_of("bucket", source("k", "\"e\""), head_options());
    recipe const r = part_copy_recipe("to", "id", 3, from, resolved_range{100, 50}, customer_key());
    CHECK(r.query == "partNumber=3&uploadId=id");
    CHECK(r.headers.find("x-amz-copy-source-range") == "bytes=100-149");
    CHECK(r.headers.find("x-amz-copy-source-if-match") == "\"e\"");
}

TEST_CASE("s3 copy: parts are as large as wanted, as far as the protocol takes them and 10,000 suffice") {
    constexpr std::uint64_t MiB = 1ull << 20, GiB = 1ull << 30;
    CHECK(copy_part_size(GiB, 64 * MiB) == 64 * MiB);
    CHECK(copy_part_size(GiB, 1) == min_part);
    CHECK(copy_part_size(GiB, 6 * GiB) == max_part);
    std::uint64_t const tebibytes = 48ull << 40;
    CHECK(copy_part_size(tebibytes, 64 * MiB) * max_parts >= tebibytes);
}

TEST_CASE("s3 copy: a good answer may tell of a failure inside (API page CopyObject, 'Response and special errors')") {
    auto const good = parse_completed("<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>", "CopyObjectResult");
    REQUIRE(std::holds_alternative<completed>(good));
    CHECK(std::get<completed>(good).etag == "\"e\"");
    CHECK(std::holds_alternative<not_completed>(parse_completed("\n <Error><Code>InternalError</Code></Error>", "CopyObjectResult")));
    for (char const* const bad : {"", " ", "<html/>", "<CopyObjectResult></CopyObjectResult>", "<CopyObjectResult><ETag>\"e\"</ETag>",
                                  "<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>"}) {
        CHECK_MESSAGE(std::holds_alternative<failure>(parse_completed(bad, "CopyObjectResult")), bad);
    }
}

TEST_CASE("s3: a customer's key travels as key and digest, for source and target apart") {
    // The digest of 32 times 'k', by `printf %032d 0 | tr 0 k | openssl md5 -binary | base64`.
    customer_key const key(std::string(32, 'k'));
    http::fields to;
    add_customer_key(to, "x-amz-", key);
    add_customer_key(to, "x-amz-copy-source-", key);
    CHECK(to.find("x-amz-server-side-encryption-customer-algorithm") == "AES256");
    CHECK(to.find("x-amz-server-side-encryption-customer-key") == "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=");
    CHECK(to.find("x-amz-copy-source-server-side-encryption-customer-key-MD5") == to.find("x-amz-server-side-encryption-customer-key-MD5"));
    http::fields none;
    add_customer_key(none, "x-amz-", customer_key());
    CHECK(none.size() == 0);
}

TEST_CASE("s3 tags: written as a document, read as one, and none at all is a removal") {
    object_tags const tags{{"a&b", "<1>"}, {"empty", ""}};
    recipe const r = write_tags_recipe("k", "", tags).value();
    CHECK(r.method == "PUT");
    CHECK(r.query == "tagging=");
    CHECK(r.headers.find("Content-MD5").has_value());
    std::string const document(r.body.pieces().front().text());
    CHECK(document.find("<Tag><Key>a&amp;b</Key><Value>&lt;1&gt;</Value></Tag><Tag><Key>empty</Key><Value></Value></Tag>") !=
          std::string::npos);
    CHECK(parse_tags(document).value() == tags);
    CHECK(write_tags_recipe("k", "v", {}).value().method == "DELETE");
    CHECK(write_tags_recipe("k", "v", {}).value().query == "tagging=&versionId=v");
    CHECK(write_tags_recipe("k", "", {{"a", "1"}, {"a", "2"}}).error().reason() == errc::invalid_argument);
}

TEST_CASE("tags with characters that XML cannot carry are refused, not sent (found by the fuzzer tags)") {
    CHECK(write_tags_recipe("k", "", {{"a\x06", "1"}}).error().reason() == errc::invalid_argument);
    CHECK(write_tags_recipe("k", "", {{"a", "\xef\xbf\xbe"}}).error().reason() == errc::invalid_argument);
    CHECK(write_tags_recipe("k", "", {{"a\r\n\tb", "\xe2\x82\xac"}}).has_value());
    CHECK(parse_tags("<html/>").error().reason() == errc::protocol);
}

TEST_CASE("s3 versions: a page tells versions and delete markers, and where it goes on") {
    std::string const page =
        "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%26b</NextKeyMarker>"
        "<NextVersionIdMarker>2</NextVersionIdMarker>"
        "<DeleteMarker><Key>a%26b</Key><VersionId>3</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
        "<Version><Key>a%26b</Key><VersionId>2</VersionId><IsLatest>false</IsLatest><ETag>\"e\"</ETag><Size>17</Size></Version>"
        "</ListVersionsResult>";
    marked_page<object_version> const got = parse_page<version_listing>(page, "a", key_form::encoded).value();
    REQUIRE(got.entries.size() == 2);
    CHECK(got.entries[0].removed);
    CHECK(got.entries[0].latest);
    CHECK(got.entries[1].key == "a&b");
    CHECK(got.entries[1].version == "2");
    CHECK(got.entries[1].size == 17);
    CHECK(got.entries[1].etag == "\"e\"");
    CHECK(got.more);
    CHECK(got.next.key == "a&b");
    CHECK(got.next.id == "2");
    CHECK(parse_page<version_listing>(page, "other", key_form::encoded).error().reason() == errc::protocol);
    listing_marker after;
    after.key = "k&";
    after.id = "7";
    CHECK(page_recipe<version_listing>("p/", after, key_form::encoded).value().query ==
          "encoding-type=url&key-marker=k%26&max-keys=1000&prefix=p%2F&version-id-marker=7&versions=");
    marked_page<object_version> const unclear =
        parse_page<version_listing>("<ListVersionsResult><IsTruncated>false</IsTruncated><Version/></ListVersionsResult>", "",
                                    key_form::encoded)
            .value();
    CHECK(unclear.unclear);
}
