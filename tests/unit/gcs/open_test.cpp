#include <sluice/open.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("gcs open: gs:// and gcs:// are a bucket of these settings") {
    open_settings settings;
    settings.gcs.emplace();
    settings.gcs->endpoint = "http://127.0.0.1:4443";
    for (char const* const text : {"gs://bucket/a/b%20c", "gcs://bucket/a/b%20c"}) {
        opened const found = open(text, settings);
        CHECK(found.store->uri() == "gs://bucket/");
        CHECK(found.key == "a/b%20c");
        CHECK(found.store->can().uploads);
    }
}

TEST_CASE("gcs open: a bucket that can be none is refused, with the rule") {
    open_settings settings;
    settings.gcs.emplace();
    std::string said;
    try {
        open("gs://Bucket/key", settings);
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
        said = e.what();
    }
    CHECK(said.find("lower-case") != std::string::npos);
}
