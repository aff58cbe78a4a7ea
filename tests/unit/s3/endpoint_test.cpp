#include "backend/s3/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;

namespace {

s3_settings settings_for(std::string bucket, std::string endpoint, bucket_style style = bucket_style::automatic) {
    s3_settings s;
    s.bucket = std::move(bucket);
    s.endpoint = std::move(endpoint);
    s.style = style;
    return s;
}

/// "origin host | Host | path" or "refused".
std::string placed(s3_settings const& settings, std::string_view region = "eu-west-1") {
    auto const p = s3::make_place(settings, region, nullptr);
    return p ? p->origin.host + " | " + p->host + " | " + p->path : "refused";
}

}  // namespace

TEST_CASE("place: where the bucket's name goes") {
    using enum bucket_style;
    CHECK(placed(settings_for("data", "")) == "data.s3.eu-west-1.amazonaws.com | data.s3.eu-west-1.amazonaws.com | /");
    CHECK(placed(settings_for("data", ""), "cn-north-1") ==
          "data.s3.cn-north-1.amazonaws.com.cn | data.s3.cn-north-1.amazonaws.com.cn | /");
    CHECK(placed(settings_for("my.data", "")) == "s3.eu-west-1.amazonaws.com | s3.eu-west-1.amazonaws.com | /my.data/");
    CHECK(placed(settings_for("Upper", "")) == "s3.eu-west-1.amazonaws.com | s3.eu-west-1.amazonaws.com | /Upper/");
    CHECK(placed(settings_for("data", "", path)) == "s3.eu-west-1.amazonaws.com | s3.eu-west-1.amazonaws.com | /data/");
    CHECK(placed(settings_for("data", "http://127.0.0.1:9000")) == "127.0.0.1 | 127.0.0.1:9000 | /data/");
    CHECK(placed(settings_for("data", "http://[::1]:9000/x/")) == "::1 | [::1]:9000 | /x/data/");
    CHECK(placed(settings_for("data", "https://s3.example.com")) == "s3.example.com | s3.example.com | /data/");
    CHECK(placed(settings_for("tenant:data", "http://h")) == "h | h | /tenant%3Adata/");
    CHECK(placed(settings_for("data", "https://s3.example.com", virtual_host)) == "data.s3.example.com | data.s3.example.com | /");
    CHECK(placed(settings_for("my.data", "http://s3.example.com", virtual_host)) == "my.data.s3.example.com | my.data.s3.example.com | /");
    // Every name below localhost is this machine, and not every resolver knows it.
    CHECK(placed(settings_for("data", "http://localhost:9000", virtual_host)) == "localhost | data.localhost:9000 | /");
    CHECK(placed(settings_for("data", "http://127.0.0.1:9000", virtual_host)) == "refused");
    CHECK(placed(settings_for("data", "http://[::1]", virtual_host)) == "refused");
    CHECK(placed(settings_for("Upper", "http://h", virtual_host)) == "refused");
    CHECK(placed(settings_for("a..b", "http://h", virtual_host)) == "refused");
}

TEST_CASE("place: bucket and region names that could break out are refused") {
    for (std::string_view const bad : {"", ".", "..", "a/b", "a b", "a?b", "a#b", "a\r\n", "a@b", "\xc3\xa9"}) {
        CAPTURE(bad);
        CHECK(placed(settings_for(std::string(bad), "http://h")) == "refused");
    }
    for (std::string_view const bad :
         {"", "EU", "x.evil.com/#", "a b", "a/b", "a\n", "us_east_1", "0123456789012345678901234567890123456789x"}) {
        CAPTURE(bad);
        CHECK(placed(settings_for("data", ""), bad) == "refused");
        CHECK_FALSE(s3::valid_region(bad));
    }
    CHECK(s3::valid_region("us-east-1"));
    CHECK(s3::valid_region("0123456789012345678901234567890123456789"));
}

TEST_CASE("place: each partition of AWS has its suffix") {
    struct row {
        char const* region;
        char const* host;
    };
    for (row const& r : {row{"us-east-1", "data.s3.us-east-1.amazonaws.com"},
                         {"us-gov-west-1", "data.s3.us-gov-west-1.amazonaws.com"},
                         {"cn-northwest-1", "data.s3.cn-northwest-1.amazonaws.com.cn"},
                         {"us-iso-east-1", "data.s3.us-iso-east-1.c2s.ic.gov"},
                         {"us-isob-east-1", "data.s3.us-isob-east-1.sc2s.sgov.gov"},
                         {"us-isof-south-1", "data.s3.us-isof-south-1.csp.hci.ic.gov"},
                         {"eu-isoe-west-1", "data.s3.eu-isoe-west-1.cloud.adc-e.uk"},
                         {"eusc-de-east-1", "data.s3.eusc-de-east-1.amazonaws.eu"}}) {
        std::string const host = r.host;
        CHECK(placed(settings_for("data", ""), r.region) == host + " | " + host + " | /");
    }
}

TEST_CASE("place: what AWS has besides plain buckets is refused in words") {
    struct row {
        char const* bucket;
        char const* says;
    };
    for (row const& r : {row{"arn:aws:s3:eu-west-1:123456789012:accesspoint", "ARN"},
                         {"ap--use1-az4--xa-s3", "S3 Express"},
                         {"mfzwi23gnjvgw.mrap", "multi-region"},
                         {"ap-123--op-s3", "Outposts"}}) {
        auto const p = s3::make_place(settings_for(r.bucket, ""), "eu-west-1", nullptr);
        REQUIRE(p.has_error());
        CHECK(p.error().reason() == errc::invalid_argument);
        CHECK_MESSAGE(p.error().info().detail.find(r.says) != std::string::npos, p.error().info().detail);
    }
    CHECK(placed(settings_for("ap-123--op-s3", "http://h")) == "h | h | /ap-123--op-s3/");  // others may name so what they like
}
