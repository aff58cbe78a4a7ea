// Directory buckets (S3 Express One Zone): where they are, how they are named, what they do not have.
#include "backend/s3/directory.hpp"

#include "backend/s3/bucket.hpp"
#include "backend/s3/endpoint.hpp"
#include "backend/s3/marked_listing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;

namespace {

struct endpoint_row {
    std::string_view bucket, own, region;
    bool fips, dual_stack, accelerate, path, control;
    std::string_view url, signed_for;  // empty: refused
};

constexpr endpoint_row endpoint_rows[] = {
#define DIRECTORY_ROWS
#include "botocore_endpoints.inc"
#undef DIRECTORY_ROWS
};

s3_settings settings_of(endpoint_row const& r) {
    s3_settings s;
    s.bucket = r.bucket;
    s.endpoint = r.own;
    s.fips = r.fips;
    s.dual_stack = r.dual_stack;
    s.accelerate = r.accelerate;
    if (r.path) s.style = bucket_style::path;
    return s;
}

std::string url_of(s3::place const& p, std::string_view const own) {
    std::string url = (own.starts_with("http:") ? "http://" : "https://") + p.host + p.path;
    url.pop_back();
    return url;
}

std::string complaint(result<void> const& r) {
    if (r) return "none";
    CHECK(r.error().reason() == errc::unsupported);
    return r.error().info().detail;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string text_of(payload const& p) { return p.size() == 0 ? std::string() : std::string(p.pieces().front().text()); }

}  // namespace

TEST_CASE("directory buckets: endpoints of what is in them and of what makes them, as the published rules have them") {
    std::size_t refused = 0, found = 0;
    for (endpoint_row const& r : endpoint_rows) {
        CAPTURE(r.bucket);
        CAPTURE(r.own);
        CAPTURE(r.region);
        CAPTURE(r.fips);
        CAPTURE(r.dual_stack);
        CAPTURE(r.accelerate);
        CAPTURE(r.path);
        CAPTURE(r.control);
        s3_settings const settings = settings_of(r);
        auto const p = r.control ? s3::make_control_place(settings, r.region, nullptr) : s3::make_place(settings, r.region, nullptr);
        if (r.url.empty()) {
            REQUIRE(p.has_error());
            CHECK(p.error().reason() == errc::invalid_argument);
            ++refused;
            continue;
        }
        REQUIRE_MESSAGE(p.has_value(), p.error().info().detail);
        CHECK(url_of(*p, r.own) == r.url);
        CHECK(p->region == r.signed_for);
        CHECK(p->on_aws == r.own.empty());
        ++found;
    }
    CHECK(refused > 200);
    CHECK(found > 80);
}

TEST_CASE("directory buckets: at an endpoint that was set the path is taken where it is wished") {
    s3_settings s;
    s.bucket = "data--use1-az4--x-s3";
    s.endpoint = "http://h:9000";
    s.style = bucket_style::path;
    CHECK(s3::make_place(s, "us-east-1", nullptr)->path == "/data--use1-az4--x-s3/");
    CHECK(s3::make_control_place(s, "us-east-1", nullptr)->path == "/data--use1-az4--x-s3/");
    s.style = bucket_style::automatic;
    CHECK(s3::make_place(s, "us-east-1", nullptr)->host == "data--use1-az4--x-s3.h:9000");
}

TEST_CASE("directory buckets: the name tells the zone") {
    struct row {
        std::string_view bucket, zone;
        bool directory;
    };
    for (row const& r : {row{"base--use1-az4--x-s3", "use1-az4", true},
                         {"a--b--usw2-lax1-az1--x-s3", "usw2-lax1-az1", true},
                         {"base--x-s3", "", true},
                         {"--use1-az4--x-s3", "", true},
                         {"--x-s3", "", true},
                         {"base--use1-az4--x-s3.", "", false},
                         {"base", "", false},
                         {"", "", false}}) {
        CAPTURE(r.bucket);
        CHECK(s3::is_directory_bucket(r.bucket) == r.directory);
        CHECK(s3::zone_of(r.bucket) == r.zone);
    }
}

TEST_CASE("directory buckets: what they do not have is named") {
    list_options plain, delimited, odd, from;
    delimited.delimiter = "/";
    odd.delimiter = "-";
    from.start_after = "k";
    struct row {
        std::string_view prefix;
        list_options const* options;
        std::string_view says;
    };
    for (row const& r : {row{"", &plain, "none"},
                         {"a/", &plain, "none"},
                         {"a/b/", &delimited, "none"},
                         {"a", &plain, "the prefix is empty or ends with \"/\""},
                         {"a/b", &delimited, "the prefix is empty or ends with \"/\""},
                         {"a/", &odd, "\"/\" as its only delimiter"},
                         {"", &from, "start_after"}}) {
        std::string const said = complaint(s3::check_directory_listing(r.prefix, *r.options));
        CHECK_MESSAGE(contains(said, r.says), said);
    }
    customer_key const key(std::string(32, 'k')), none;
    CHECK(complaint(s3::check_directory_reading("", none)) == "none");
    CHECK(contains(complaint(s3::check_directory_reading("v1", none)), "a directory bucket (S3 Express One Zone) has no versions"));
    CHECK(contains(complaint(s3::check_directory_reading("", key)), "customers' keys"));
}

TEST_CASE("directory buckets: made in the zone of their name, under a CRC32") {
    s3::place where;
    where.region = "us-east-1";
    where.on_aws = true;
    create_bucket_options options;
    s3::recipe const r = s3::create_recipe("base--use1-az4--x-s3", where, options).value();
    CHECK(r.method == "PUT");
    CHECK(text_of(r.body) ==
          "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Location><Name>use1-az4</Name>"
          "<Type>AvailabilityZone</Type></Location><Bucket><DataRedundancy>SingleAvailabilityZone</DataRedundancy><Type>Directory</Type>"
          "</Bucket></CreateBucketConfiguration>");
    CHECK_FALSE(r.headers.find("Content-MD5"));
    CHECK(r.headers.find("x-amz-checksum-crc32"));
    s3::recipe const local = s3::create_recipe("base--usw2-lax1-az1--x-s3", where, options).value();
    CHECK(contains(text_of(local.body),
                   "<Name>usw2-lax1-az1</Name><Type>LocalZone</Type></Location><Bucket><DataRedundancy>SingleLocalZone<"));
    for (std::string_view const bad : {"base--x-s3", "--use1-az4--x-s3", "Base--use1-az4--x-s3", "my.base--use1-az4--x-s3",
                                       "a23456789012345678901234567890123456789012345678--use1-az4--x-s3"})
        CHECK_MESSAGE(s3::create_recipe(bad, where, options).error().reason() == errc::invalid_argument, bad);
    options.object_lock = true;
    CHECK(s3::create_recipe("base--use1-az4--x-s3", where, options).error().reason() == errc::unsupported);
    options.object_lock = false;
    options.location = "us-east-1";
    CHECK(s3::create_recipe("base--use1-az4--x-s3", where, options).error().reason() == errc::unsupported);
}

TEST_CASE("directory buckets: a document's CRC32 is the published one") {
    s3::recipe const r = s3::with_document("POST", "delete=", "123456789", s3::document_digest::crc32);
    CHECK(r.headers.find("x-amz-checksum-crc32") == "y/Q5Jg==");  // 0xcbf43926, the check value of CRC-32
    CHECK_FALSE(r.headers.find("Content-MD5"));
    CHECK(s3::with_document("POST", "delete=", "123456789").headers.find("Content-MD5"));
}

TEST_CASE("directory buckets: a listing of uploads whose markers have no order may go on as long as none comes back") {
    s3::listing_progress progress(false);
    s3::listing_marker marker;
    for (char const* const key : {"m", "c", "z", "a"}) {
        marker.key = key;
        CHECK(progress.advances_to(marker));
    }
    marker.key = "c";
    CHECK_FALSE(progress.advances_to(marker));
}
