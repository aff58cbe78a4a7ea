#include "backend/azure/request.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("azure blocks: a name tells its upload and its place, and all have one length") {
    std::string const upload(16, 'u');
    std::string const one = azure::block_id(upload, 1, 0), last = azure::block_id(upload, 50'000, (std::uint64_t{1} << 47) - 1);
    CHECK(one.size() == last.size());
    auto const place = azure::place_of_block(upload, last);
    REQUIRE(place.has_value());
    CHECK(place->number == 50'000);
    CHECK(place->offset == (std::uint64_t{1} << 47) - 1);
    CHECK_FALSE(azure::place_of_block(std::string(16, 'v'), one).has_value());
    for (char const* const bad : {"", "QQ==", "not base64", "dXV1dXV1dXV1dXV1dXV1dS0wMDAwMS0wMDAwMDAwMDAwMDAwMDB4"})
        CHECK_MESSAGE(!azure::place_of_block(upload, bad).has_value(), bad);
    CHECK(azure::upload_name("a", 0) != azure::upload_name("a", 1));
    CHECK(azure::upload_name("a", 0) == azure::upload_name("a", 0));
    CHECK(azure::upload_name("a", 0).size() == azure::upload_name_size);
}

TEST_CASE("azure commit: every block in order, with what the object is to have") {
    put_options options;
    options.attributes.content_type = "text/plain";
    options.attributes.metadata = {{"Colour", "blue"}};
    options.if_match = "0x1";
    auto const r = azure::commit_recipe("k", {"QQ==", "Qg=="}, options);
    REQUIRE(r.has_value());
    CHECK(r->query == "comp=blocklist");
    CHECK(r->if_match == "\"0x1\"");
    CHECK(r->headers.value_or("x-ms-blob-content-type") == "text/plain");
    CHECK(r->headers.value_or("x-ms-meta-colour") == "blue");
    CHECK(r->body.pieces().front().text() ==
          "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>QQ==</Latest><Latest>Qg==</Latest></BlockList>");
}

TEST_CASE("azure writes: what cannot travel is refused before anything is sent") {
    auto const reason = [](put_options const& options) {
        auto const made = azure::put_recipe("k", payload("x"), options);
        return made.has_error() ? std::optional(made.error().reason()) : std::nullopt;
    };
    put_options good;
    good.attributes.metadata = {{"a_1", "x"}};
    good.keeping.storage_class = "Cool";
    good.keeping.tags = {{"a", "b c"}};
    CHECK_FALSE(reason(good).has_value());
    for (char const* const name : {"a-b", "1a", "a.b"}) {
        put_options odd;
        odd.attributes.metadata = {{name, "x"}};
        CHECK_MESSAGE(reason(odd) == errc::invalid_argument, name);
    }
    put_options empty_value;
    empty_value.attributes.metadata = {{"a", ""}};
    CHECK(reason(empty_value) == errc::invalid_argument);
    put_options both;
    both.create_only = true;
    both.if_match = "x";
    CHECK(reason(both) == errc::invalid_argument);
    put_options access_list;
    access_list.keeping.acl = "public-read";
    CHECK(reason(access_list) == errc::unsupported);
    put_options by_key;
    by_key.keeping.encryption = "AES256";
    CHECK(reason(by_key) == errc::unsupported);
}

TEST_CASE("azure reads: versions, snapshots and conditions") {
    head_options options;
    options.version = "2024-01-01T00:00:00.0000000Z";
    options.if_none_match = "0x1";
    azure::recipe const version = azure::head_recipe("k", options);
    CHECK(version.query == "versionid=2024-01-01T00%3A00%3A00.0000000Z");
    CHECK(version.headers.value_or("If-None-Match") == "\"0x1\"");
    options.version = "snapshot=2024-01-01T00:00:00Z";
    CHECK(azure::head_recipe("k", options).query == "snapshot=2024-01-01T00%3A00%3A00Z");
    list_options after;
    after.start_after = "k";
    CHECK(azure::list_recipe("", after).error().reason() == errc::unsupported);
    list_options many;
    many.max_keys = 100'000;
    CHECK(azure::list_recipe("p", many)->query == "comp=list&maxresults=5000&prefix=p&restype=container");
}
