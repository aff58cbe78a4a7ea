#include "backend/gcs/session_recipes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;

namespace {

std::string value_of(gcs::recipe const& r, std::string_view name) { return std::string(r.headers.value_or(name)); }

result<std::uint64_t> committed(std::string_view range) {
    http::response_head head;
    head.status = 308;
    if (!range.empty()) head.headers.add("Range", range);
    return gcs::parse_committed(head);
}

}  // namespace

TEST_CASE("gcs sessions: how one begins") {
    put_options options;
    options.attributes.content_type = "text/x";
    gcs::recipe const r = gcs::begin_session_recipe("b", "{}", 1000, options, gcs::target_condition::absent());
    CHECK(r.method == "POST");
    CHECK(r.path == "/upload/storage/v1/b/b/o");
    CHECK(r.query == "uploadType=resumable&ifGenerationMatch=0");
    CHECK(value_of(r, "x-upload-content-length") == "1000");
    CHECK(value_of(r, "x-upload-content-type") == "text/x");
    CHECK_FALSE(r.of_session);
}

TEST_CASE("gcs sessions: where one is, which no error tells") {
    CHECK(gcs::parse_session("https://storage.googleapis.com/upload/x?upload_id=s").value() == "/upload/x?upload_id=s");
    CHECK(gcs::parse_session("http://0.0.0.0:4443/upload/x?a=1").value() == "/upload/x?a=1");
    CHECK(gcs::parse_session("/upload/x").value() == "/upload/x");
    for (std::string const& bad : {std::string(), std::string("upload"), std::string("https://host"), std::string("/a b secret"),
                                   std::string("/a\x7f"), std::string("/a#secret"), '/' + std::string(9000, 'x')}) {
        auto const parsed = gcs::parse_session(bad);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().reason() == errc::protocol);
        CHECK(parsed.error().info().detail.find("secret") == std::string::npos);
    }
}

TEST_CASE("gcs sessions: chunks and questions") {
    gcs::recipe const chunk = gcs::chunk_recipe("/s?upload_id=x", 256, 1000, payload("abc"));
    CHECK(chunk.method == "PUT");
    CHECK(chunk.path == "/s?upload_id=x");
    CHECK(chunk.of_session);
    CHECK(value_of(chunk, "content-range") == "bytes 256-258/1000");
    CHECK(chunk.body.size() == 3);
    gcs::recipe const asks = gcs::status_recipe("/s", 1000);
    CHECK(value_of(asks, "content-range") == "bytes */1000");
    CHECK(asks.body.size() == 0);
    CHECK(gcs::cancel_recipe("/s").method == "DELETE");
}

TEST_CASE("gcs sessions: how much the service has") {
    CHECK(committed("").value() == 0);
    CHECK(committed("bytes=0-0").value() == 1);
    CHECK(committed("bytes=0-262143").value() == 262'144);
    for (char const* const bad : {"bytes=1-2", "0-5", "bytes=0-", "bytes=0-x", "bytes=0-18446744073709551615", "bytes 0-5"})
        CHECK_MESSAGE(committed(bad).has_error(), bad);
}
