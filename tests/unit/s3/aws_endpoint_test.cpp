#include "backend/s3/aws_endpoint.hpp"

#include "auth/partition.hpp"
#include "backend/s3/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;

namespace {

struct s3_row {
    std::string_view bucket, own, region;
    bool fips, dual_stack, accelerate, path;
    std::string_view url, signed_for;  // empty: refused
};

struct key_row {
    std::string_view service, region;
    bool fips, dual_stack;
    std::string_view url;
};

constexpr s3_row s3_rows[] = {
#define S3_ROWS
#include "botocore_endpoints.inc"
#undef S3_ROWS
};

constexpr key_row key_rows[] = {
#include "botocore_endpoints.inc"
};

s3_settings settings_of(s3_row const& r) {
    s3_settings s;
    s.bucket = r.bucket;
    s.endpoint = r.own;
    s.fips = r.fips;
    s.dual_stack = r.dual_stack;
    s.accelerate = r.accelerate;
    if (r.path) s.style = bucket_style::path;
    if (!r.path && !r.own.empty()) s.style = bucket_style::virtual_host;
    return s;
}

result<s3::place> place_in(s3_settings const& settings, std::string_view const region) {
    return settings.bucket.empty() ? s3::make_service_place(settings, region, nullptr) : s3::make_place(settings, region, nullptr);
}

std::string url_of(s3::place const& p) {
    std::string url = "https://" + p.host + p.path;
    url.pop_back();
    return url;
}

/// Wanted of AWS: "fips", "dual_stack", "accelerate".
s3_settings wanting(std::string_view const what, std::string bucket = "data") {
    s3_settings s;
    s.bucket = std::move(bucket);
    s.fips = what.find("fips") != std::string_view::npos;
    s.dual_stack = what.find("dual_stack") != std::string_view::npos;
    s.accelerate = what.find("accelerate") != std::string_view::npos;
    return s;
}

std::string complaint(s3_settings const& settings, std::string_view const region = "us-east-1") {
    auto const p = place_in(settings, region);
    if (p) return "none: " + p->host;
    CHECK(p.error().reason() == errc::invalid_argument);
    return p.error().info().detail;
}

}  // namespace

TEST_CASE("aws endpoints: as the published rules have them") {
    std::size_t refused = 0, ours = 0;
    for (s3_row const& r : s3_rows) {
        CAPTURE(r.bucket);
        CAPTURE(r.own);
        CAPTURE(r.region);
        CAPTURE(r.fips);
        CAPTURE(r.dual_stack);
        CAPTURE(r.accelerate);
        CAPTURE(r.path);
        auto const p = place_in(settings_of(r), r.region);
        // The rules know no acceleration in China only; AWS's pages know it in its largest partition only.
        bool const elsewhere = r.accelerate && !r.bucket.empty() && !auth::partition_of(r.region).s3_acceleration && r.own.empty();
        if (r.url.empty() || elsewhere) {
            REQUIRE(p.has_error());
            CHECK(p.error().reason() == errc::invalid_argument);
            ++(r.url.empty() ? refused : ours);
            continue;
        }
        REQUIRE_MESSAGE(p.has_value(), p.error().info().detail);
        CHECK(url_of(*p) == r.url);
        CHECK(p->region == r.signed_for);
        CHECK(p->on_aws == r.own.empty());
    }
    CHECK(refused > 300);
    CHECK(ours == 14);  // "data", 7 regions, with and without dual stack
}

TEST_CASE("aws endpoints: those of what gives keys, as the published rules have them") {
    for (key_row const& r : key_rows) {
        auth::host_kind kind;
        kind.fips = r.fips;
        kind.dual_stack = r.dual_stack;
        CHECK("https://" + auth::key_service_host(r.service, r.region, kind) == r.url);
    }
}

TEST_CASE("aws endpoints: what cannot be had together is refused in words that tell what to leave out") {
    struct row {
        s3_settings settings;
        char const *region, *says;
    };
    s3_settings by_path = wanting("accelerate"), own = wanting("fips"), own_dual = wanting("dual_stack"), own_fast = wanting("accelerate"),
                fast_url = wanting("");
    by_path.style = bucket_style::path;
    own.endpoint = own_dual.endpoint = own_fast.endpoint = "http://h";
    fast_url.endpoint = "https://S3-Accelerate.amazonaws.com";
    for (row const& r : {row{wanting("fips accelerate"), "us-east-1", "has no FIPS endpoints"},
                         {wanting("fips"), "cn-north-1", "the region cn-north-1 has no FIPS endpoints"},
                         {wanting("accelerate"), "cn-north-1", "the region cn-north-1 has no transfer acceleration"},
                         {wanting("accelerate"), "us-gov-west-1", "the region us-gov-west-1 has no transfer acceleration"},
                         {wanting("accelerate", "my.data"), "us-east-1", "where \"my.data\" cannot stand: no dots"},
                         {wanting("accelerate", "My_data"), "us-east-1", "where \"My_data\" cannot stand"},
                         {by_path, "us-east-1", "excludes bucket_style::path"},
                         {own, "us-east-1", "FIPS chooses among AWS's own endpoints, and an endpoint is set"},
                         {own_dual, "us-east-1", "dual stack chooses among AWS's own endpoints, and an endpoint is set"},
                         {own_fast, "us-east-1", "transfer acceleration has an endpoint of its own, and an endpoint is set"},
                         {fast_url, "us-east-1", "set s3_settings::accelerate"}}) {
        std::string const said = complaint(r.settings, r.region);
        CHECK_MESSAGE(said.find(r.says) != std::string::npos, said);
    }
}

TEST_CASE("aws endpoints: what makes a store says so") {
    try {
        make_s3_store(wanting("fips accelerate"));
        FAIL("made");
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
        CHECK(std::string_view(e.what()).find("s3://data/") != std::string_view::npos);
    }
}

TEST_CASE("aws endpoints: the service as a whole is never accelerated, whatever bucket is set") {
    auto const p = s3::make_service_place(wanting("accelerate dual_stack", "my.data"), "cn-north-1", nullptr);
    REQUIRE(p.has_value());
    CHECK(p->host == "s3.dualstack.cn-north-1.amazonaws.com.cn");
}

TEST_CASE("aws endpoints: regions as old settings write them") {
    struct row {
        char const *region, *host, *signed_for;
    };
    for (row const& r : {row{"aws-global", "data.s3.us-east-1.amazonaws.com", "us-east-1"},
                         {"fips-us-gov-west-1", "data.s3-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
                         {"ca-central-1-fips", "data.s3-fips.ca-central-1.amazonaws.com", "ca-central-1"}}) {
        auto const p = place_in(wanting(""), r.region);
        REQUIRE(p.has_value());
        CHECK(p->host == r.host);
        CHECK(p->region == r.signed_for);
    }
    CHECK(complaint(wanting("accelerate"), "fips-us-east-1").find("has no FIPS endpoints") != std::string::npos);
    for (char const* none : {"fips-", "-fips"}) CHECK(complaint(wanting(""), none).find("names none") != std::string::npos);
    CHECK(complaint(wanting(""), "fips-cn-north-1").find("cn-north-1 has no FIPS") != std::string::npos);
    CHECK(auth::key_service_host("sts", "fips-us-east-2", {}) == "sts-fips.us-east-2.amazonaws.com");
    s3_settings own = wanting("");
    own.endpoint = "http://h";
    auto const p = place_in(own, "fips-x");  // other services may name their regions as they like
    REQUIRE(p.has_value());
    CHECK(p->region == "fips-x");
}

TEST_CASE("aws endpoints: a region that was learned keeps what was asked for") {
    CHECK(place_in(wanting("fips dual_stack"), "us-west-2")->host == "data.s3-fips.dualstack.us-west-2.amazonaws.com");
    auto const fast = place_in(wanting("accelerate"), "eu-central-1");
    CHECK(fast->host == "data.s3-accelerate.amazonaws.com");
    CHECK(fast->region == "eu-central-1");
}
