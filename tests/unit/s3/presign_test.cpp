#include "backend/s3/presign.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

// 2013-05-24T00:00:00Z, the keys and the bucket of AWS's published examples.
constexpr wall_time example_time{std::chrono::seconds(1369353600)};
credentials const example_keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

std::string url_of(object_key const& key, presign_options const& options, credentials const& keys = example_keys) {
    place where;
    where.region = "us-east-1";
    where.host = "examplebucket.s3.amazonaws.com";
    where.path = "/";
    auth::sigv4_signer const signer;
    return presigned_url(signer, presign_recipe(key, options).value(), where, keys, example_time, options.expires);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("s3 presign: AWS's published example") {
    // docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    presign_options options;
    options.expires = std::chrono::seconds(86400);
    CHECK(url_of("test.txt", options) ==
          "http://examplebucket.s3.amazonaws.com/"
          "test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
          "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
          "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("s3 presign: headers, parameters and the session token are bound") {
    presign_options options;
    std::string const plain = url_of("k", options);
    options.headers = {{"Content-Type", "text/plain"}, {"x-amz-meta-a", "b"}};
    options.query = {{"response-content-type", "text/x y"}, {"versionId", "a/b"}};
    std::string const bound = url_of("a b/\u00e9+", options);
    CHECK(contains(bound, "/a%20b/%C3%A9%2B?response-content-type=text%2Fx%20y&versionId=a%2Fb&X-Amz-Algorithm="));
    CHECK(contains(bound, "&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature="));
    CHECK_FALSE(contains(plain, "Security-Token"));
    std::string const with_token = url_of("k", presign_options(), credentials("a", "b", "t+/="));
    CHECK(contains(with_token, "&X-Amz-Security-Token=t%2B%2F%3D&X-Amz-SignedHeaders=host"));
    presign_options part;
    part.method = "PUT";
    part.upload_id = "i+d";
    part.part_number = 7;
    CHECK(contains(url_of("k", part), "/k?partNumber=7&uploadId=i%2Bd&X-Amz-Algorithm"));
}

TEST_CASE("s3 presign: of a directory bucket the token is that of its session, and the service another") {
    place where;
    where.region = "us-east-1";
    where.host = "data--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
    where.path = "/";
    auth::sigv4_signer const signer("s3express", auth::token_kind::s3_session);
    std::string const url = presigned_url(signer, presign_recipe("k", presign_options()).value(), where, credentials("a", "b", "t+/="),
                                          example_time, std::chrono::seconds(300));
    // As botocore's S3ExpressQueryAuth makes it of the same keys at the same time.
    CHECK(contains(url, "&X-Amz-S3session-Token=t%2B%2F%3D&"));
    CHECK_FALSE(contains(url, "Security-Token"));
    CHECK(url.ends_with("&X-Amz-Signature=539c7b5cc7aac8c2f70a8866238bb03db8e0fa5dc34a1ecc78bd06f68a6a552d"));
}

TEST_CASE("s3 presign: an override that would split the answer's head is refused") {
    auto const made = [](std::string value) {
        presign_options options;
        options.query = {{"response-content-disposition", std::move(value)}};
        return presign_recipe("k", options).has_value();
    };
    CHECK(made("attachment; filename=\"\xc3\xa4 b.txt\""));
    CHECK(made("a%0d%0ab"));  // encoded once more, so that it arrives as these letters
    for (std::string const& split : {std::string("a\r\nSet-Cookie: b"), std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3),
                                     std::string("a\x1b"), std::string("a\x7f")})
        CHECK_FALSE(made(split));
}

TEST_CASE("s3 presign: what cannot be is refused") {
    auto const refused = [](auto change) {
        presign_options options;
        change(options);
        auto const r = presign_recipe("k", options);
        return r.has_error() && r.error().reason() == errc::invalid_argument;
    };
    CHECK_FALSE(refused([](presign_options&) {}));
    CHECK_FALSE(refused([](presign_options& o) { o.expires = std::chrono::days(7); }));
    CHECK(refused([](presign_options& o) { o.expires = std::chrono::seconds(0); }));
    CHECK(refused([](presign_options& o) { o.expires = std::chrono::days(7) + std::chrono::seconds(1); }));
    CHECK(refused([](presign_options& o) { o.method = "POST"; }));
    CHECK(refused([](presign_options& o) { o.method = "get"; }));
    CHECK(refused([](presign_options& o) { o.part_number = 1; }));
    CHECK(refused([](presign_options& o) { o.upload_id = "i"; }));
    CHECK(refused([](presign_options& o) { o.upload_id = "i", o.part_number = 1; }));  // of a GET
    CHECK(refused([](presign_options& o) { o.method = "PUT", o.upload_id = "i", o.part_number = 10'001; }));
    CHECK_FALSE(refused([](presign_options& o) { o.headers = {{"x-amz-meta-a", "\xc3\xa4\tb"}}; }));  // as any other header
    CHECK(refused([](presign_options& o) { o.headers = {{"a b", "c"}}; }));
    CHECK(refused([](presign_options& o) { o.headers = {{"a", "c\r\nd: e"}}; }));
    CHECK(refused([](presign_options& o) { o.headers = {{"Host", "else"}}; }));
    CHECK(refused([](presign_options& o) { o.query = {{"x-amz-expires", "1"}}; }));
    CHECK(refused([](presign_options& o) { o.query = {{"", "1"}}; }));
}
