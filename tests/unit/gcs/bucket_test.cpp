#include "backend/gcs/bucket.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("gcs buckets: requests") {
    create_gcs_bucket_options options;
    options.location = "EU";
    options.storage_class = "NEARLINE";
    gcs::recipe const made = gcs::create_bucket_recipe("b-1", "my project", options);
    CHECK(made.path == "/storage/v1/b");
    CHECK(made.query == "project=my%20project");
    REQUIRE(made.body.pieces().size() == 1);
    CHECK(made.body.pieces().front().text() ==
          R"({"name":"b-1","location":"EU","storageClass":"NEARLINE","iamConfiguration":{"uniformBucketLevelAccess":{"enabled":true}}})");
    CHECK(gcs::list_buckets_recipe("p", {}).query == "project=p");
    CHECK(gcs::list_buckets_recipe("p", "a b").query == "pageToken=a%20b&project=p");
    CHECK(gcs::bucket_path("b-1") == "/storage/v1/b/b-1");
}

TEST_CASE("gcs buckets: answers") {
    std::string const one =
        R"({"name":"b","location":"EU","storageClass":"STANDARD","timeCreated":"2023-11-14T22:13:20.000Z","versioning":{"enabled":true}})";
    gcs_bucket_info const info = gcs::parse_bucket(one).value();
    CHECK(info.name == "b");
    CHECK(info.location == "EU");
    CHECK(info.storage_class == "STANDARD");
    CHECK(info.created == wall_time(std::chrono::seconds(1'700'000'000)));
    CHECK(info.versions);
    auto const page = gcs::parse_buckets(R"({"nextPageToken":"t","items":[)" + one + R"(,{"name":"c"}]})").value();
    CHECK(page.next == "t");
    REQUIRE(page.buckets.size() == 2);
    CHECK_FALSE(page.buckets[1].versions);
    CHECK(gcs::parse_buckets(R"({"kind":"storage#buckets"})").value().buckets.empty());
    CHECK(gcs::parse_buckets(R"({"items":[{}]})").has_error());
    CHECK(gcs::parse_bucket("{}").has_error());
}
