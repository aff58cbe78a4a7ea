#include "backend/s3/bucket.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::s3;

namespace {

place at(std::string region, bool on_aws) {
    place p;
    p.region = std::move(region);
    p.on_aws = on_aws;
    return p;
}

std::string text_of(payload const& data) {
    std::string text;
    for (bytes const& piece : data.pieces()) text += piece.text();
    return text;
}

}  // namespace

TEST_CASE("s3 buckets: names that AWS refuses are refused before anything is sent") {
    for (std::string_view const good : std::initializer_list<std::string_view>{
             "abc", "my-bucket", "my.bucket.2", "1ab", "123", "a23456789012345678901234567890123456789012345678901234567890123"})
        CHECK_MESSAGE(check_new_bucket(good, true).has_value(), good);
    for (std::string_view const bad : {"",
                                       "ab",
                                       "-ab",
                                       "ab-",
                                       ".ab",
                                       "ab.",
                                       "a..b",
                                       "Abc",
                                       "a_b",
                                       "a b",
                                       "192.168.5.4",
                                       "xn--abc",
                                       "sthree-abc",
                                       "amzn-s3-demo-abc",
                                       "abc-s3alias",
                                       "abc--ol-s3",
                                       "abc.mrap",
                                       "abc--x-s3",
                                       "caf\u00e9",
                                       "a/b",
                                       "a2345678901234567890123456789012345678901234567890123456789012345"}) {
        CHECK_MESSAGE(check_new_bucket(bad, true).has_error(), bad);
        if (check_new_bucket(bad, true).has_error()) CHECK(check_new_bucket(bad, true).error().reason() == errc::invalid_argument);
    }
    CHECK(check_new_bucket("Under_score", false).has_value());  // other services have other rules
    CHECK(check_new_bucket("ab", false).has_error());
}

TEST_CASE("s3 buckets: a bucket is made where it is to be, the oldest region without a word") {
    create_bucket_options options;
    CHECK(create_recipe("abc", at("us-east-1", true), options).value().body.size() == 0);
    CHECK(text_of(create_recipe("abc", at("eu-west-1", true), options).value().body).find("<LocationConstraint>eu-west-1<") !=
          std::string::npos);
    CHECK(create_recipe("abc", at("eu-west-1", false), options).value().body.size() == 0);
    options.location = "place<1>";
    options.object_lock = true;
    recipe const r = create_recipe("abc", at("eu-west-1", false), options).value();
    CHECK(r.method == "PUT");
    CHECK(text_of(r.body).find("<LocationConstraint>place&lt;1&gt;<") != std::string::npos);
    CHECK(r.headers.find("x-amz-bucket-object-lock-enabled") == "true");
    CHECK(create_recipe("-", at("eu-west-1", true), options).error().reason() == errc::invalid_argument);
}

TEST_CASE("s3 buckets: what documents say of buckets") {
    buckets_page const page = parse_buckets(
                                  "<ListAllMyBucketsResult><Owner/><Buckets><Bucket><Name>a</Name><CreationDate>2026-01-02T03:04:05.000Z"
                                  "</CreationDate><BucketRegion>eu-west-1</BucketRegion></Bucket><Bucket><Name>b</Name></Bucket></Buckets>"
                                  "<ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>")
                                  .value();
    REQUIRE(page.buckets.size() == 2);
    CHECK(page.buckets[0].name == "a");
    CHECK(page.buckets[0].region == "eu-west-1");
    CHECK(page.buckets[0].created.has_value());
    CHECK_FALSE(page.buckets[1].created.has_value());
    CHECK(page.next == "t");
    CHECK(parse_buckets("<html/>").error().reason() == errc::protocol);
    CHECK(parse_buckets("<ListAllMyBucketsResult><Buckets><Bucket/></Buckets></ListAllMyBucketsResult>").has_error());
    CHECK(parse_location("<LocationConstraint/>").value() == "us-east-1");
    CHECK(parse_location("<LocationConstraint>EU</LocationConstraint>").value() == "eu-west-1");
    CHECK(parse_location("<LocationConstraint>ap-south-2</LocationConstraint>").value() == "ap-south-2");
    CHECK(parse_location("<Error/>").has_error());
    CHECK(parse_versioning("<VersioningConfiguration/>").value() == bucket_versioning::never);
    CHECK(parse_versioning("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>").value() ==
          bucket_versioning::enabled);
    CHECK(parse_versioning("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>").value() ==
          bucket_versioning::suspended);
    CHECK(parse_versioning("<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>").has_error());
    CHECK(versioning_recipe(bucket_versioning::never).error().reason() == errc::invalid_argument);
    CHECK(text_of(versioning_recipe(bucket_versioning::suspended).value().body).find("<Status>Suspended</Status>") != std::string::npos);
}
