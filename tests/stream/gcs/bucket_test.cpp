// Making, finding and removing buckets.
#include "stream/gcs/fixture.hpp"

#include <sluice/gcs_bucket.hpp>

#include <optional>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::gcs_server_options;
using sluice::testing::service_fault;

namespace {

gcs_bucket bucket_of(gcs_world const& w, std::string name) {
    gcs_settings settings = w.settings();
    settings.bucket = std::move(name);
    return gcs_bucket(std::move(settings));
}

}  // namespace

TEST_CASE("gcs buckets: made, described, listed and removed") {
    gcs_server_options options;
    options.page_limit = 2;
    gcs_world w(options);
    CHECK(w.run([&]() -> awaitable<void> {
        for (char const* const name : {"one", "two", "three"}) {
            gcs_bucket const made = bucket_of(w, name);
            co_await made.create();
        }
        gcs_bucket const two = bucket_of(w, "two");
        CHECK(two.uri() == "gs://two/");
        gcs_bucket_info const info = co_await two.get();
        CHECK(info.name == "two");
        CHECK(info.location == "US");
        gcs_settings settings = w.settings();
        std::vector<gcs_bucket_info> const all = co_await list_buckets(settings);
        REQUIRE(all.size() == 4);
        CHECK(all[3].name == "two");
        co_await two.remove();
    }) == errc{});
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "two");
        co_await bucket.get();
    }) == errc::not_found);
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "two");
        co_await bucket.remove();
    }) == errc::not_found);
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "one");
        co_await bucket.create();
    }) == errc::already_exists);
    w.gcs.put("one", "k", "x");
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "one");
        co_await bucket.remove();
    }) == errc::precondition_failed);
}

TEST_CASE("gcs buckets: an answer that was lost is no failure") {
    gcs_world w;
    w.faults("POST", {losing_answer()});
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "fresh");
        co_await bucket.create();
    }) == errc{});
    w.faults("DELETE", {losing_answer()});
    CHECK(w.run([&]() -> awaitable<void> {
        gcs_bucket const bucket = bucket_of(w, "fresh");
        co_await bucket.remove();
    }) == errc{});
}

TEST_CASE("gcs buckets: without a project there is nowhere to make and list them") {
    gcs_world w;
    gcs_settings settings = w.settings();
    settings.project.clear();
    gcs_bucket const bucket(settings);
    CHECK(w.run([&]() -> awaitable<void> { co_await bucket.create(); }) == errc::invalid_argument);
    CHECK(w.run([&]() -> awaitable<void> { co_await list_buckets(settings); }) == errc::invalid_argument);
    CHECK(w.failed.detail.find("GOOGLE_CLOUD_PROJECT") != std::string::npos);
    CHECK(w.gcs.counts().requests == 0);
}
