#include "backend/gcs/compose_recipes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sluice;

namespace {

std::string item(std::string_view name, std::string_view generation, std::string_view size = "5") {
    return R"({"name":")" + std::string(name) + R"(","size":")" + std::string(size) + R"(","generation":")" + std::string(generation) +
           R"(","crc32c":"AAAAAA=="})";
}

gcs::part_object part(std::string crc, std::uint64_t size) {
    gcs::part_object one;
    one.name = "f/x";
    one.generation = "7";
    one.crc32c = std::move(crc);
    one.size = size;
    return one;
}

}  // namespace

TEST_CASE("gcs parts: their names tell where they belong") {
    CHECK(gcs::part_name("p/id/", {1, 0}) == "p/id/00001-0");
    CHECK(gcs::part_name("p/id/", {10'000, 1ull << 40}) == "p/id/10000-1099511627776");
    auto const where = gcs::parse_part_name("p/id/", "p/id/00012-34");
    REQUIRE(where.has_value());
    CHECK(where->number == 12);
    CHECK(where->offset == 34);
    for (char const* const other :
         {"p/id/level-1-0", "p/id/00000-1", "p/id/10001-1", "p/id/00001-", "p/id/0001-1", "p/x/00001-0", "p/id/00001-1x"})
        CHECK_FALSE(gcs::parse_part_name("p/id/", other).has_value());
}

TEST_CASE("gcs parts: the folder of what can be taken up follows from key and name") {
    std::string const id = gcs::resumed_id("k", "name");
    CHECK(id.size() == 32);
    CHECK(id == gcs::resumed_id("k", "name"));
    CHECK(id != gcs::resumed_id("k", "name2"));
    CHECK(gcs::resumed_id("ab", "c") != gcs::resumed_id("a", "bc"));
}

TEST_CASE("gcs parts: of each number the newest counts, and everything is named") {
    std::string const text = R"({"nextPageToken":"t","items":[)" + item("f/00001-0", "5") + ',' + item("f/00001-9", "8", "3") + ',' +
                             item("f/00002-5", "6") + ',' + item("f/level-1-0", "9") + "]}";
    gcs::parts_page const page = gcs::parse_parts(text, "f/").value();
    CHECK(page.next == "t");
    CHECK(page.names.size() == 4);
    REQUIRE(page.parts.size() == 2);
    CHECK(page.parts[0].where.offset == 9);
    CHECK(page.parts[0].generation == "8");
    CHECK(page.parts[0].size == 3);
    CHECK(page.parts[1].where.number == 2);
    CHECK(gcs::parse_parts(text, "g/").has_error());
    CHECK(gcs::parse_parts("{}", "f/").value().parts.empty());
    CHECK(gcs::parse_parts("x", "f/").has_error());
}

TEST_CASE("gcs parts: a compose names generations") {
    std::vector<gcs::part_object> const sources{part("AAAAAA==", 1)};
    put_options options;
    options.keeping.acl = "private";
    gcs::recipe const r = gcs::compose_recipe("b", "a/b", sources, R"({"contentType":"x"})", options, gcs::target_condition::absent());
    CHECK(r.method == "POST");
    CHECK(r.path == "/storage/v1/b/b/o/a%2Fb/compose");
    CHECK(r.query == "ifGenerationMatch=0&destinationPredefinedAcl=private");
    REQUIRE(r.body.pieces().size() == 1);
    CHECK(r.body.pieces().front().text() == R"({"sourceObjects":[{"name":"f/x","generation":"7"}],"destination":{"contentType":"x"}})");
}

TEST_CASE("gcs parts: their checksums make that of the whole") {
    // CRC-32C of "1234", "56789" and "123456789".
    std::vector<gcs::part_object> parts{part("9jr07g==", 4), part("g7Vl2A==", 5)};
    CHECK(gcs::combined_crc32c(parts) == "4waSgw==");
    parts[1].crc32c = "";
    CHECK_FALSE(gcs::combined_crc32c(parts).has_value());
    for (char const* const bad : {"AAAA", "AAAAAB==", "AAAA*A==", "AAAAAAAA"}) {
        parts[1].crc32c = bad;
        CHECK_MESSAGE(!gcs::combined_crc32c(parts).has_value(), bad);
    }
    CHECK(gcs::combined_crc32c({}) == "AAAAAA==");
}
