#include "backend/gcs/response.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sluice;

namespace {

http::response_head head_of(std::vector<std::pair<std::string_view, std::string_view>> const& fields) {
    http::response_head head;
    head.status = 200;
    for (auto const& [name, value] : fields) head.headers.add(name, value);
    return head;
}

std::string item(std::string_view name) {
    return R"({"name":")" + std::string(name) + R"(","size":"3","generation":"7","etag":"CAE=","updated":"2023-11-14T22:13:20.123Z",)" +
           R"("contentType":"text/plain","crc32c":"AAAAAA=="})";
}

}  // namespace

TEST_CASE("gcs answers: the resource of an object") {
    auto const r = gcs::parse_resource(R"({"name":"a/b","size":"12","generation":"1700000000000001","metageneration":"2","etag":"CAE=",
        "updated":"2023-11-14T22:13:20.000Z","storageClass":"NEARLINE","contentType":"text/plain","contentEncoding":"gzip",
        "crc32c":"yZRlqg==","md5Hash":"x","metadata":{"Colour":"blue","sluice-put":"id"},"owner":{"entity":"user-x"}})")
                       .value();
    CHECK(r.object.key == "a/b");
    CHECK(r.object.size == 12);
    CHECK(r.object.version == "1700000000000001");
    CHECK(r.object.etag == "\"CAE=\"");
    CHECK(r.object.last_modified == wall_time(std::chrono::seconds(1'700'000'000)));
    CHECK(r.object.storage_class == "NEARLINE");
    CHECK(r.object.owner == "user-x");
    CHECK(r.object.checksum == object_checksum(checksum_algorithm::crc32c, "yZRlqg=="));
    CHECK(r.object.attributes.content_encoding == "gzip");
    CHECK(r.object.attributes.metadata == std::vector<std::pair<std::string, std::string>>{{"colour", "blue"}});
    CHECK(r.metageneration == "2");
    CHECK(r.put_id == "id");
    CHECK(r.put().version == "1700000000000001");
    CHECK(r.put().etag == "\"CAE=\"");
}

TEST_CASE("gcs answers: what is no resource") {
    for (char const* const text : {"", "[]", "{}", R"({"name":"a","size":"x","generation":"1"})", R"({"name":"a","size":"1"})",
                                   R"({"size":"1","generation":"1"})", R"({"name":"a","size":1,"generation":"1"})",
                                   R"({"name":"a","size":"1","generation":"-1"})", R"({"name":"a\u0000","size":"1","generation":"1"})"})
        CHECK_MESSAGE(gcs::parse_resource(text).has_error(), text);
}

TEST_CASE("gcs answers: the head of an answer with data") {
    object_meta const meta = gcs::meta_of("k", head_of({{"ETag", "CAE="},
                                                        {"Content-Type", "text/plain"},
                                                        {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                                        {"X-Goog-Generation", "7"},
                                                        {"X-Goog-Storage-Class", "STANDARD"},
                                                        {"X-Goog-Hash", "md5=x, crc32c=yZRlqg=="},
                                                        {"X-Goog-Meta-Colour", "blue"},
                                                        {"X-Goog-Meta-Sluice-Put", "id"}}));
    CHECK(meta.key == "k");
    CHECK(meta.etag == "\"CAE=\"");
    CHECK(meta.version == "7");
    CHECK(meta.storage_class == "STANDARD");
    CHECK(meta.last_modified.has_value());
    CHECK(meta.checksum == object_checksum(checksum_algorithm::crc32c, "yZRlqg=="));
    CHECK(meta.attributes.metadata == std::vector<std::pair<std::string, std::string>>{{"colour", "blue"}});
    object_meta const twice = gcs::meta_of("k", head_of({{"x-goog-hash", "md5=x"}, {"x-goog-hash", "crc32c=AAAAAA=="}}));
    CHECK(twice.checksum == object_checksum(checksum_algorithm::crc32c, "AAAAAA=="));
    CHECK_FALSE(gcs::meta_of("k", head_of({{"x-goog-hash", "crc32c="}})).checksum.has_value());
    CHECK_FALSE(gcs::meta_of("k", head_of({{"x-goog-hash", "notcrc32c=AAAAAA=="}})).checksum.has_value());
}

TEST_CASE("gcs answers: what is stored in gzip comes so, or is refused") {
    CHECK(gcs::check_as_stored(head_of({})).has_value());
    CHECK(gcs::check_as_stored(head_of({{"x-goog-stored-content-encoding", "identity"}})).has_value());
    CHECK(gcs::check_as_stored(head_of({{"x-goog-stored-content-encoding", "gzip"}, {"Content-Encoding", "gzip"}})).has_value());
    CHECK(gcs::check_as_stored(head_of({{"x-goog-stored-content-encoding", "gzip"}})).has_error());
}

TEST_CASE("gcs answers: a page of a listing") {
    std::string const text = R"({"nextPageToken":"t","prefixes":["p/d/",".parts/"],"items":[)" + item("p/a") + ',' + item("p/b") + "]}";
    list_page const page = gcs::parse_list(R"({"items":[)" + item("p/a") + "]}", "p/", {}, {}).value();
    CHECK(page.next.empty());
    CHECK(gcs::parse_list(text, "p/", {}, {}).has_error());
    list_page const all = gcs::parse_list(text, {}, {}, ".parts/").value();
    CHECK(all.next == "t");
    CHECK(all.prefixes == std::vector<std::string>{"p/d/"});
    REQUIRE(all.objects.size() == 2);
    CHECK(all.objects[0].key == "p/a");
    CHECK(all.objects[0].attributes == attributes());
    CHECK_FALSE(all.objects[0].checksum.has_value());
    CHECK(gcs::parse_list("{}", "p/", {}, {}).value().objects.empty());
    CHECK(gcs::parse_list("[]", "p/", {}, {}).has_error());
    CHECK(gcs::parse_list(R"({"items":[{}]})", {}, {}, {}).has_error());
    CHECK(gcs::parse_list(R"({"prefixes":[""]})", {}, {}, {}).has_error());
}

TEST_CASE("gcs answers: a listing leaves out the key it begins behind, and temporary parts unless they are asked for") {
    std::string const text = R"({"items":[)" + item(".parts/x") + ',' + item("a") + ',' + item("b") + "]}";
    list_page const behind = gcs::parse_list(text, {}, "a", ".parts/").value();
    REQUIRE(behind.objects.size() == 1);
    CHECK(behind.objects[0].key == "b");
    CHECK(gcs::parse_list(text, {}, {}, {}).value().objects.size() == 3);
    CHECK(gcs::parse_list(R"({"items":[)" + item(".parts/x") + "]}", ".parts/", {}, ".parts/").value().objects.size() == 1);
}

TEST_CASE("gcs answers: what was stored is what was sent") {
    gcs::resource stored;
    CHECK(gcs::check_stored(stored, "AAAAAA==").has_value());
    stored.crc32c = "AAAAAA==";
    CHECK(gcs::check_stored(stored, {}).has_value());
    CHECK(gcs::check_stored(stored, "AAAAAA==").has_value());
    CHECK(gcs::check_stored(stored, "BBBBBB==").error().reason() == errc::checksum_mismatch);
}

TEST_CASE("gcs answers: numbers are digits and nothing else") {
    CHECK(gcs::parse_number("18446744073709551615") == UINT64_MAX);
    for (char const* const text : {"", "-1", "+1", "1 ", " 1", "0x1", "18446744073709551616"}) CHECK_FALSE(gcs::parse_number(text));
}
