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
        return decode_chunks(request, s3_gate()) ? "" : "plain";
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

TEST_CASE("s3 server: signed chunks and trailer are taken as AWS's example has them, and no other way") {
    // sigv4-streaming-trailers.html
    s3_gate gate;
    gate.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    gate.region = "us-east-1";
    std::string const first =
        "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" + std::string(65536, 'a') + "\r\n";
    std::string const second =
        "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" + std::string(1024, 'a') + "\r\n";
    std::string const last = "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n";
    std::string const trailer =
        "x-amz-checksum-crc32c:sOO8/Q==\r\n"
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
    auto const decode = [&](std::string body) -> std::string {
        received_request raw;
        raw.method = "PUT";
        raw.headers = good_headers("66560");
        raw.headers.front().second = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
        raw.headers.emplace_back("x-amz-date", "20130524T000000Z");
        raw.headers.emplace_back("Authorization",
                                 "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,"
                                 "Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        raw.body = std::move(body);
        try {
            decode_chunks(s3_request(raw), gate);
        } catch (s3_problem const& problem) {
            return problem.code;
        }
        CHECK(raw.body == std::string(66560, 'a'));
        return std::string(raw.header(name));
    };
    std::string const good = first + second + last + trailer;
    CHECK(decode(good) == "sOO8/Q==");
    for (std::size_t const at : {std::size_t{22}, std::size_t{100}, std::size_t{65'600}, first.size() + 30, first.size() + 1000,
                                 first.size() + second.size() + 30, good.size() - trailer.size() + 25, good.size() - 10}) {
        std::string bad = good;
        bad[at] = bad[at] == 'b' ? 'c' : 'b';
        CHECK(decode(bad) == "SignatureDoesNotMatch");
    }
    CHECK(decode(second + first + last + trailer) == "SignatureDoesNotMatch");
    CHECK(decode(first + last + trailer) == "SignatureDoesNotMatch");
    CHECK(decode(first + second + last + "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n") == "MalformedTrailerError");
    CHECK(decode("10000\r\n" + first.substr(first.find('a'))) == "MalformedTrailerError");
}
