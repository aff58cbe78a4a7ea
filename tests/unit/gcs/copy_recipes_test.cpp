#include "backend/gcs/copy_recipes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("gcs copies: source and target, pinned") {
    object_meta from;
    from.key = "a/b";
    from.version = "7";
    store_copy_options options;
    options.part_size = (1u << 20) + 5;
    gcs::recipe const r = gcs::rewrite_recipe("bucket", from, "c d", options, gcs::target_condition::absent(), {});
    CHECK(r.method == "POST");
    CHECK(r.path == "/storage/v1/b/bucket/o/a%2Fb/rewriteTo/b/bucket/o/c%20d");
    CHECK(r.query == "sourceGeneration=7&maxBytesRewrittenPerCall=1048576&ifGenerationMatch=0");
    CHECK(r.body.size() == 0);
    options.part_size = 1;
    options.keeping.acl = "private";
    gcs::recipe const anew = gcs::rewrite_recipe("bucket", from, "c", options, {}, "{}");
    CHECK(anew.query == "sourceGeneration=7&destinationPredefinedAcl=private");
    CHECK(anew.body.size() == 2);
}

TEST_CASE("gcs copies: a step goes on, or is the last") {
    auto const more = gcs::parse_rewrite(R"({"done":false,"rewriteToken":"t","totalBytesRewritten":"12","objectSize":"100"})").value();
    CHECK(more.token == "t");
    CHECK(more.done_bytes == 12);
    CHECK_FALSE(more.made.has_value());
    auto const last =
        gcs::parse_rewrite(R"({"done":true,"totalBytesRewritten":"9","resource":{"name":"k","size":"9","generation":"3"}})").value();
    REQUIRE(last.made.has_value());
    CHECK(last.made->object.version == "3");
    for (char const* const bad : {"", "{}", R"({"done":false})", R"({"done":true})", R"({"done":true,"resource":{}})"})
        CHECK_MESSAGE(gcs::parse_rewrite(bad).has_error(), bad);
}
