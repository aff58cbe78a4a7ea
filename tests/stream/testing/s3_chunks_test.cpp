// The server's own reading of aws-chunked: what it takes, and that it refuses everything else.
#include "testing/digest.hpp"
#include "testing/s3_checksums.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr auto name = "x-amz-checksum-crc32c";

header_list good_headers(std::string length = "5") {
    return {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
            {"Content-Encoding", "aws-chunked"},
            {"x-amz-decoded-content-length", std::move(length)},
            {"x-amz-trailer", name}};
}

std::string const end = std::string("0\r\n") + name + ":sum=\r\n\r\n", good_body = "5\r\nhello\r\n" + end;

/// "" when it was decoded, else the code of the refusal.
std::string outcome(header_list headers, std::string body, received_request& raw) {
    raw.method = "PUT";
    raw.headers = std::move(headers);
    raw.body = std::move(body);
    s3_request const request(raw);
    try {
        return decode_chunks(request) ? "" : "plain";
    } catch (s3_problem const& problem) {
        return problem.code;
    }
}

header_list without(std::string_view left_out) {
    header_list kept = good_headers();
    std::erase_if(kept, [&](auto const& one) { return one.first == left_out; });
    return kept;
}

}  // namespace

TEST_CASE("s3 server: aws-chunked is decoded, and its trailer becomes a header") {
    std::string const long_one(8192, 'x');
    struct row {
        std::string body, data;
    };
    for (row const& r : std::vector<row>{{good_body, "hello"},
                                         {end, ""},
                                         {"2000\r\n" + long_one + "\r\n5\r\nhello\r\n" + end, long_one + "hello"},
                                         {"2000\r\n" + long_one + "\r\n2000\r\n" + long_one + "\r\n" + end, long_one + long_one}}) {
        received_request raw;
        CHECK(outcome(good_headers(std::to_string(r.data.size())), r.body, raw) == "");
        CHECK(raw.body == r.data);
        CHECK(raw.header(name) == "sum=");
    }
    received_request raw;
    CHECK(outcome({{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}, good_body, raw) == "plain");
    CHECK(raw.body == good_body);
}

TEST_CASE("s3 server: aws-chunked that is not as the protocol has it is refused") {
    std::string const long_one(8192, 'x');
    header_list other_trailer = good_headers(), twice = good_headers(), plain = good_headers();
    other_trailer.back().second = "x-amz-meta-a";
    twice.emplace_back(name, "sum=");
    plain.front().second = "UNSIGNED-PAYLOAD";
    struct row {
        header_list headers;
        std::string body, code;
    };
    for (row const& r : std::vector<row>{
             {without("Content-Encoding"), good_body, "InvalidRequest"},
             {without("x-amz-trailer"), good_body, "InvalidRequest"},
             {without("x-amz-decoded-content-length"), good_body, "MissingContentLength"},
             {without("x-amz-content-sha256"), good_body, "InvalidRequest"},
             {plain, good_body, "InvalidRequest"},
             {other_trailer, good_body, "InvalidRequest"},
             {twice, good_body, "InvalidRequest"},
             {good_headers("6"), good_body, "IncompleteBody"},
             {good_headers("x"), good_body, "IncompleteBody"},
             {good_headers(), "6\r\nhello\r\n" + end, "IncompleteBody"},
             {good_headers(), "4\r\nhello\r\n" + end, "IncompleteBody"},
             {good_headers(), "5 \r\nhello\r\n" + end, "IncompleteBody"},
             {good_headers(), "5\r\nhello\r\n", "IncompleteBody"},
             {good_headers(), "5\r\nhello\r\n0\r\n", "IncompleteBody"},
             {good_headers(), "5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"},
             {good_headers(), "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:sum=\r\n\r\n", "MalformedTrailerError"},
             {good_headers(), good_body + "x", "MalformedTrailerError"},
             {good_headers(), std::string("5\r\nhello\r\n0\r\n") + name + ":sum=\r\nmore:1\r\n\r\n", "MalformedTrailerError"},
             {good_headers("10"), "5\r\nhello\r\n5\r\nhello\r\n" + end, "InvalidChunkSizeError"},
             {good_headers("8197"), "5\r\nhello\r\n2000\r\n" + long_one + "\r\n" + end, "InvalidChunkSizeError"},
         }) {
        received_request raw;
        CAPTURE(r.body);
        CHECK(outcome(r.headers, r.body, raw) == r.code);
    }
}
