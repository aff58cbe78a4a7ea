#include <sluice/uri.hpp>

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("parse_uri splits and takes keys literally") {
    struct row {
        std::string_view text, scheme, bucket, key;
    };
    row const rows[] = {
        {"s3://bucket/key", "s3", "bucket", "key"},
        {"s3://bucket", "s3", "bucket", ""},
        {"s3://bucket/", "s3", "bucket", ""},
        {"S3://bucket/a/b%20c+d?e#f", "s3", "bucket", "a/b%20c+d?e#f"},
        {"s3://bucket//leading", "s3", "bucket", "/leading"},
        {"gs://bucket/a/b", "gs", "bucket", "a/b"},
        {"GCS://bucket/key", "gs", "bucket", "key"},
        {"mem://name/key", "mem", "name", "key"},
        {"file:///tmp/x", "file", "", "/tmp/x"},
        {"direct:///tmp/x", "direct", "", "/tmp/x"},
        {"plain/path", "file", "", "plain/path"},
    };
    for (row const& r : rows) {
        CAPTURE(r.text);
        result<uri> const parsed = parse_uri(r.text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->scheme == r.scheme);
        CHECK(parsed->bucket == r.bucket);
        CHECK(parsed->key == r.key);
    }
}

TEST_CASE("parse_uri refuses what could be misread") {
    for (std::string_view const text :
         {"", "s3://", "s3:///key", "s3://user@host/key", "s3://b\nc/key", "gopher://x/y", "file://host/x", "direct://x"}) {
        CAPTURE(text);
        result<uri> const parsed = parse_uri(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().reason() == errc::invalid_argument);
    }
    CHECK(parse_uri(std::string_view("s3://b/a\0b", 10)).has_error());
}
