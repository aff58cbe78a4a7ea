#include "backend/s3/aws_chunked.hpp"
#include "backend/s3/body_proof.hpp"
#include "cloud/body_sums.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::s3;
using cloud::body_sums;

namespace {

using kind = chunk_layout::kind;
constexpr std::uint64_t full = plain_chunk;
constexpr std::size_t end = 40;

std::span<std::byte const> raw(std::string_view const text) { return std::as_bytes(std::span(text)); }

/// A source that only has a size.
class sized final : public payload_source {
public:
    explicit sized(std::uint64_t size) : size_(size) {}
    std::uint64_t size() const noexcept override { return size_; }
    awaitable<void> read(std::uint64_t, std::span<std::byte>) override { co_return; }

private:
    std::uint64_t size_;
};

std::string all_headers(recipe const& r) {
    std::string text;
    for (std::size_t i = 0; i < r.headers.size(); ++i) text.append(r.headers[i].name).append(": ").append(r.headers[i].value).append("\n");
    return text;
}

recipe put_of(payload data, std::string encoding = {}) {
    put_options options;
    options.attributes.content_encoding = std::move(encoding);
    options.attributes.content_type = "text/plain";
    return *put_recipe("k", std::move(data), options, etag_form::quoted);
}

}  // namespace

TEST_CASE("aws-chunked: how long a coded body is") {
    struct row {
        std::uint64_t size, coded;
    };
    for (row const& r : std::vector<row>{{0, end},
                                         {1, 3 + 1 + 2 + end},
                                         {15, 3 + 15 + 2 + end},
                                         {16, 4 + 16 + 2 + end},
                                         {full - 1, 7 + full - 1 + 2 + end},
                                         {full, 8 + full + 2 + end},
                                         {full + 1, 8 + full + 2 + 3 + 1 + 2 + end},
                                         {5ull << 30, 5120 * (8 + full + 2) + end},
                                         {(5ull << 30) + 255, 5120 * (8 + full + 2) + 4 + 255 + 2 + end}})
        CHECK(chunk_layout(r.size, plain_chunk, 0, end).coded_size() == r.coded);
}

TEST_CASE("aws-chunked: where what lies") {
    struct row {
        std::uint64_t size, offset;
        kind what;
        std::uint64_t at, left;
    };
    constexpr std::uint64_t whole = 8 + full + 2;
    for (row const& r : std::vector<row>{{0, 0, kind::body_end, 0, end},
                                         {0, end - 1, kind::body_end, end - 1, 1},
                                         {5, 0, kind::chunk_head, 0, 3},
                                         {5, 2, kind::chunk_head, 2, 1},
                                         {5, 3, kind::data, 0, 5},
                                         {5, 7, kind::data, 4, 1},
                                         {5, 8, kind::chunk_end, 0, 2},
                                         {5, 9, kind::chunk_end, 1, 1},
                                         {5, 10, kind::body_end, 0, end},
                                         {full, 7, kind::chunk_head, 7, 1},
                                         {full, 8, kind::data, 0, full},
                                         {full, 8 + full, kind::chunk_end, 0, 2},
                                         {full, whole, kind::body_end, 0, end},
                                         {full + 1, whole, kind::chunk_head, 0, 3},
                                         {full + 1, whole + 3, kind::data, full, 1},
                                         {full + 1, whole + 6, kind::body_end, 0, end},
                                         {3 * full, 2 * whole + 8 + 100, kind::data, 2 * full + 100, full - 100},
                                         {(5ull << 30) + 9, 5120 * whole, kind::chunk_head, 0, 3},
                                         {(5ull << 30) + 9, 5120 * whole + 3, kind::data, 5ull << 30, 9}}) {
        CAPTURE(r.size);
        CAPTURE(r.offset);
        chunk_layout::place const found = chunk_layout(r.size, plain_chunk, 0, end).find(r.offset);
        CHECK(found.what == r.what);
        CHECK(found.at == r.at);
        CHECK(found.left == r.left);
    }
    CHECK(chunk_head(full) == "100000\r\n");
    CHECK(chunk_head(10) == "a\r\n");
    CHECK(chunk_head(10, "0f") == "a;chunk-signature=0f\r\n");
}

TEST_CASE("aws-chunked: signed, it is as long as AWS's example says") {
    // 66560 bytes in chunks of 64 KiB, a signature in each head: 66824 bytes without a trailer (sigv4-streaming.html).
    constexpr std::size_t signature = 17 + 64;
    chunk_layout const example(66'560, signed_chunk, signature, 1 + signature + 4);
    CHECK(example.coded_size() == 66'824);
    chunk_layout::place const second = example.find(5 + signature + 2 + 65'536 + 2 + 3 + signature + 2);
    CHECK(second.what == kind::data);
    CHECK(second.at == 65'536);
    CHECK(second.begin == 65'536);
    CHECK(second.chunk == 1024);
    std::shared_ptr<payload_source> const source = std::make_shared<sized>(66'560);
    aws_chunked_source const coded(source, checksum_algorithm::crc32c, true);
    // What the trailer adds: "x-amz-checksum-crc32c:sOO8/Q==" and "x-amz-trailer-signature:" with 64 digits, a line each.
    CHECK(coded.size() == 66'824 + 30 + 2 + 24 + 64 + 2);
}

TEST_CASE("aws-chunked: the published example's trailer") {
    // sigv4-streaming-trailers.html: 65 KiB of 'a', whose trailer is x-amz-checksum-crc32c:sOO8/Q==
    body_sums sums(checksum_algorithm::crc32c, false);
    sums.update(raw(std::string(65 * 1024, 'a')));
    sums.finish();
    CHECK(sums.checksum().value == "sOO8/Q==");
    CHECK(sums.payload_hash().empty());
}

TEST_CASE("body sums: one pass brings what is wanted, in whatever pieces, and by SHA-256 digest and checksum are one") {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += static_cast<char>('a' + i * 7 % 26);
    std::string const hash = base::hex(base::sha256(text));
    for (checksum_algorithm const algorithm : {checksum_algorithm::crc64nvme, checksum_algorithm::crc32c, checksum_algorithm::crc32,
                                               checksum_algorithm::sha256, checksum_algorithm::sha1}) {
        base::checksum_stream plain(algorithm);
        plain.update(raw(text));
        std::uint64_t const crc = plain.crc();
        std::string const value = plain.finish();
        for (bool const digest : {false, true}) {
            for (std::size_t const step : {std::size_t{999}, std::size_t{65'536}, text.size()}) {
                body_sums sums(algorithm, digest);
                for (std::size_t at = 0; at < text.size(); at += step) sums.update(raw(std::string_view(text).substr(at, step)));
                sums.finish();
                CHECK(sums.checksum().value == value);
                CHECK(sums.checksum().crc == crc);
                CHECK(sums.checksum().size == text.size());
                CHECK(sums.payload_hash() == (digest ? hash : ""));
            }
        }
    }
    body_sums alone(std::nullopt, true);
    alone.update(raw(text));
    alone.finish();
    CHECK(alone.checksum().value.empty());
    CHECK(alone.payload_hash() == hash);
    body_sums none(std::nullopt, true);
    none.finish();
    CHECK(none.payload_hash() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("body proof: what is read before, what is said where") {
    using policy = body_proof::source_policy;
    std::shared_ptr<payload_source> const source = std::make_shared<sized>(10), hollow = std::make_shared<sized>(0);
    struct row {
        payload data;
        bool send, behind, sign;
        policy how;
        bool reads, header, trailer, hash, chunks;
    };
    for (row const& r : std::vector<row>{
             {payload("abc"), false, false, false, policy::read, false, false, false, false, false},
             {payload("abc"), true, true, false, policy::read, false, true, false, false, false},
             {payload("abc"), true, true, true, policy::unread, false, true, false, true, false},
             {payload("abc"), false, true, true, policy::unread, false, false, false, true, false},
             {payload(), true, true, true, policy::read, false, true, false, true, false},
             {payload(hollow), true, true, false, policy::read, false, true, false, false, false},
             {payload(source), false, true, false, policy::read, false, false, false, false, false},
             {payload(source), true, false, false, policy::unread, false, false, false, false, false},
             {payload(source), true, false, false, policy::read, true, false, false, false, false},
             {payload(source), true, true, false, policy::unread, false, false, true, true, false},
             {payload(source), true, true, false, policy::read, false, false, true, true, false},
             {payload(source), true, true, true, policy::read, false, false, true, false, true},
             {payload(source), false, false, true, policy::unread, true, false, false, false, false},
         }) {
        checksum_rules rules;
        if (r.send) rules.send = checksum_algorithm::crc32c;
        rules.behind = r.behind;
        rules.sign = r.sign;
        body_proof proof(r.data, rules, r.how);
        CHECK(proof.must_read() == r.reads);
        if (r.reads) continue;
        recipe to = put_of(r.data);
        proof.attach(to);
        CHECK(to.headers.find("x-amz-checksum-crc32c").has_value() == r.header);
        CHECK(to.headers.find("x-amz-trailer").has_value() == r.trailer);
        CHECK(to.payload_hash.empty() == !r.hash);
        CHECK((to.signed_chunks != nullptr) == r.chunks);
    }
}

TEST_CASE("body proof: the coding stands before the object's own, and the length is told twice") {
    std::shared_ptr<payload_source> const source = std::make_shared<sized>(10);
    checksum_rules rules;
    rules.send = checksum_algorithm::crc64nvme;
    rules.behind = true;
    for (std::string const own : {"", "gzip"}) {
        payload const data(source);
        recipe to = put_of(data, own);
        body_proof proof(data, rules, body_proof::source_policy::unread);
        proof.attach(to);
        CHECK(all_headers(to) == "Content-Type: text/plain\nContent-Encoding: aws-chunked" + (own.empty() ? "" : "," + own) +
                                     "\nx-amz-decoded-content-length: 10\nx-amz-trailer: x-amz-checksum-crc64nvme\n");
        CHECK(to.payload_hash == "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        // a CRLF 10 bytes CRLF 0 CRLF name : 12 characters CRLF CRLF
        CHECK(to.body.size() == 3 + 10 + 2 + 3 + 24 + 1 + 12 + 4);
    }
}
