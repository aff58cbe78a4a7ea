#include "backend/s3/response.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sluice;

namespace {

http::response_head head_of(int status, std::vector<std::pair<std::string_view, std::string_view>> const& fields) {
    http::response_head head;
    head.status = status;
    for (auto const& [name, value] : fields) {
        head.headers.add(name, value);
        if (name != "Content-Length") continue;
        head.content_length = std::stoull(std::string(value));
        head.has_content_length = true;
    }
    return head;
}

}  // namespace

TEST_CASE("meta: what the fields tell") {
    auto const head = head_of(200, {{"ETag", "abc"},
                                    {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                    {"content-type", "text/plain"},
                                    {"Content-Encoding", "gzip"},
                                    {"Content-Language", "de"},
                                    {"Content-Disposition", "inline"},
                                    {"Cache-Control", "no-store"},
                                    {"x-amz-version-id", "v1"},
                                    {"X-Amz-Meta-Owner", "Me  too"},
                                    {"x-amz-meta-", "nameless"},
                                    {"x-amz-other", "no"}});
    object_meta const meta = s3::meta_of("k", head);
    CHECK(meta.key == "k");
    CHECK(meta.etag == "\"abc\"");
    REQUIRE(meta.last_modified);
    CHECK(*meta.last_modified == wall_time(std::chrono::seconds(784111777)));
    CHECK(meta.version == "v1");
    attributes expected;
    expected.content_type = "text/plain";
    expected.content_encoding = "gzip";
    expected.content_language = "de";
    expected.content_disposition = "inline";
    expected.cache_control = "no-store";
    expected.metadata = {{"owner", "Me  too"}};
    CHECK(meta.attributes == expected);
    CHECK(s3::meta_of("k", head_of(200, {{"x-amz-version-id", "null"}, {"ETag", "W/\"x\""}})).version.empty());
    CHECK(s3::meta_of("k", head_of(200, {{"ETag", "W/\"x\""}})).etag == "W/\"x\"");
    CHECK(s3::size_of_head(head_of(200, {{"Content-Length", "7"}})).value() == 7);
    CHECK_FALSE(s3::size_of_head(head_of(200, {})).has_value());
}
