#include <sluice/testing/s3_server.hpp>

#include "stream/testing/s3_client.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;
using sluice::test::exchange;
using sluice::test::raw_client;
using sluice::test::s3_call;

namespace {

// The account, bucket and day of the examples in AWS's "Authenticating Requests: Using the Authorization Header".
testing::s3_server_options published() {
    testing::s3_server_options options;
    options.access_key = "AKIAIOSFODNN7EXAMPLE";
    options.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    options.buckets = {"examplebucket"};
    options.domain = "s3.amazonaws.com";
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    options.clock_offset = std::chrono::sys_days(std::chrono::year(2013) / 5 / 24) - now;
    return options;
}

constexpr auto empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
std::string const credential =
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=";

std::string published_get(std::string const& signature) {
    return "GET /test.txt HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n" + credential +
           "host;range;x-amz-content-sha256;x-amz-date,Signature=" + signature +
           "\r\nRange: bytes=0-9\r\nx-amz-content-sha256: " + empty_hash + "\r\nx-amz-date: 20130524T000000Z\r\n\r\n";
}

struct refusal_row {
    char const* name;
    void (*spoil)(s3_call&);
    int status;
    char const* code;
    bool counted = true;
};

}  // namespace

TEST_CASE("the requests that AWS published, signatures and all, are accepted") {
    testing::s3_server server(published());
    server.put("examplebucket", "test.txt", "Welcome to Amazon S3.");
    raw_client client(server.port());
    client.send(published_get("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
    auto const got = test::read_answer(client, false);
    CHECK(got.status == 206);
    CHECK(got.body == "Welcome to");
    CHECK(got.headers.at("Date").starts_with("Fri, 24 May 2013 00:00:"));

    client.send("PUT /test%24file.text HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\n" +
                credential +
                "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd\r\n"
                "x-amz-date: 20130524T000000Z\r\nx-amz-storage-class: REDUCED_REDUNDANCY\r\nContent-Length: 21\r\n"
                "x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\r\n\r\nWelcome to Amazon S3.");
    CHECK(test::read_answer(client, false).status == 200);
    CHECK(server.get("examplebucket", "test$file.text") == "Welcome to Amazon S3.");

    // A listing of version 1 is no operation here, but that is found out only behind the signature.
    client.send("GET /?max-keys=2&prefix=J HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n" + credential +
                "host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7\r\n"
                "x-amz-date: 20130524T000000Z\r\nx-amz-content-sha256: " +
                empty_hash + "\r\n\r\n");
    CHECK(test::read_answer(client, false).element("Message") == "unknown query parameter: max-keys");
}

TEST_CASE("one digit off, and a published request is refused") {
    testing::s3_server server(published());
    raw_client client(server.port());
    client.send(published_get("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb42"));
    auto const got = test::read_answer(client, false);
    CHECK(got.status == 403);
    CHECK(got.element("Code") == "SignatureDoesNotMatch");
    CHECK(got.element("CanonicalRequest")
              .starts_with("GET&#xA;/test.txt&#xA;&#xA;host:examplebucket.s3.amazonaws.com&#xA;range:bytes=0-9&#xA;"));
    CHECK(server.counts().refused == 1);
    CHECK(server.counts().last_refusal.starts_with("GET /test.txt: SignatureDoesNotMatch: "));
}

TEST_CASE("wrongly signed requests are refused, each by its own code") {
    refusal_row const rows[] = {
        {"unknown key", [](s3_call& c) { c.access_key = "AKIDOTHER"; }, 403, "InvalidAccessKeyId"},
        {"wrong secret", [](s3_call& c) { c.secret_key += "x"; }, 403, "SignatureDoesNotMatch"},
        {"wrong region", [](s3_call& c) { c.region = "eu-west-1"; }, 400, "AuthorizationHeaderMalformed", false},
        {"wrong service", [](s3_call& c) { c.service = "sts"; }, 400, "AuthorizationHeaderMalformed"},
        {"clock behind", [](s3_call& c) { c.offset = -16min; }, 403, "RequestTimeTooSkewed", false},
        {"clock ahead", [](s3_call& c) { c.offset = 16min; }, 403, "RequestTimeTooSkewed", false},
        {"wrong payload hash", [](s3_call& c) { c.payload = empty_hash; }, 400, "XAmzContentSHA256Mismatch"},
        {"not a payload hash", [](s3_call& c) { c.payload = "STREAMING"; }, 400, "InvalidArgument"},
        {"host not signed", [](s3_call& c) { c.unsigned_header = "host"; }, 403, "AccessDenied"},
        {"date not signed", [](s3_call& c) { c.unsigned_header = "x-amz-date"; }, 403, "AccessDenied"},
        {"metadata not signed", [](s3_call& c) { c.late_header = "X-Amz-Meta-A: b"; }, 403, "AccessDenied"},
        {"token nobody asked for", [](s3_call& c) { c.headers.emplace_back("x-amz-security-token", "t"); }, 400, "InvalidToken"},
        {"header twice", [](s3_call& c) { c.late_header = "X-Amz-Date: 20130524T000000Z"; }, 400, "InvalidRequest"},
    };
    testing::s3_server server;
    for (refusal_row const& r : rows) {
        CAPTURE(r.name);
        raw_client client(server.port());
        auto const before = server.counts().refused;
        s3_call call("PUT", "/bucket/k?", {}, "body");
        call.target.pop_back();
        r.spoil(call);
        auto const got = exchange(client, call);
        CHECK(got.status == r.status);
        CHECK(got.element("Code") == r.code);
        CHECK(server.counts().refused == before + (r.counted ? 1 : 0));
    }
    CHECK(server.object_count() == 0);
}

TEST_CASE("a wrong region and a skewed clock say what would be right") {
    testing::s3_server_options options;
    options.region = "eu-central-1";
    options.clock_offset = 1h;
    testing::s3_server server(options);
    server.put("bucket", "k", "v");
    raw_client client(server.port());
    s3_call call("GET", "/bucket/k");
    auto const elsewhere = exchange(client, call);
    CHECK(elsewhere.element("Region") == "eu-central-1");
    CHECK(elsewhere.headers.at("x-amz-bucket-region") == "eu-central-1");
    call.region = "eu-central-1";
    CHECK(exchange(client, call).element("Code") == "RequestTimeTooSkewed");
    call.offset = 1h;
    CHECK(exchange(client, call).body == "v");
}

TEST_CASE("signed payload hashes are checked against the body, and accepted") {
    testing::s3_server server;
    raw_client client(server.port());
    s3_call call("PUT", "/bucket/k", {}, "body");
    call.payload = test::hex_of(test::digest_of("body", EVP_sha256()));
    CHECK(exchange(client, call).status == 200);
    CHECK(server.get("bucket", "k") == "body");
}

TEST_CASE("session tokens: asked for, and expired once rotated") {
    testing::s3_server_options options;
    options.session_token = "one";
    testing::s3_server server(options);
    server.put("bucket", "k", "v");
    raw_client client(server.port());
    auto const with = [&](std::string token) { return exchange(client, s3_call("GET", "/bucket/k", {{"x-amz-security-token", token}})); };
    CHECK(exchange(client, s3_call("GET", "/bucket/k")).element("Code") == "InvalidToken");
    CHECK(with("other").element("Code") == "InvalidToken");
    CHECK(with("one").body == "v");
    server.rotate_session_token("two");
    CHECK(with("one").element("Code") == "ExpiredToken");
    CHECK(with("two").body == "v");
}

TEST_CASE("unsigned requests pass only where they may, and a signature is verified even there") {
    std::string const plain = "GET /bucket/k HTTP/1.1\r\nHost: x\r\n\r\n";
    testing::s3_server closed;
    raw_client shut(closed.port());
    shut.send(plain);
    CHECK(test::read_answer(shut, false).element("Code") == "AccessDenied");

    testing::s3_server_options options;
    options.allow_anonymous = true;
    testing::s3_server open(options);
    open.put("bucket", "k", "v");
    raw_client client(open.port());
    client.send(plain);
    CHECK(test::read_answer(client, false).body == "v");
    s3_call wrong("GET", "/bucket/k");
    wrong.secret_key = "wrong";
    CHECK(exchange(client, wrong).element("Code") == "SignatureDoesNotMatch");
}

TEST_CASE("ill-formed requests are refused though their signature is right") {
    struct row {
        s3_call call;
        char const* code;
        char const* why;
    };
    std::string const long_key(1025, 'k');
    row const rows[] = {
        {{"GET", "/bucket/a+b"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/a%2fb"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/%c3%bc"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/%41"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/%4"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/a:b"}, "InvalidURI", "path not percent-encoded"},
        {{"GET", "/bucket/%FF"}, "InvalidURI", "not UTF-8"},
        {{"GET", "/bucket/%C0%AF"}, "InvalidURI", "not UTF-8"},
        {{"GET", "/bucket/a%00b"}, "InvalidURI", "holds a NUL"},
        {{"GET", "/bucket/" + long_key}, "KeyTooLongError", "1024"},
        {{"GET", "/bucket/k?"}, "InvalidURI", "empty query parameter"},
        {{"GET", "/bucket/k?versionId=1"}, "InvalidArgument", "unknown query parameter"},
        {{"GET", "/bucket?list-type=2&prefix=a/b"}, "InvalidURI", "query parameter value not"},
        {{"GET", "/bucket?list-type=2&prefix=a+b"}, "InvalidURI", "query parameter value not"},
        {{"GET", "/bucket?list-type=2&list-type=2"}, "InvalidURI", "query parameter twice"},
        {{"GET", "/bucket?list-type=2&marker=x"}, "InvalidArgument", "unknown query parameter"},
        {{"GET", "/bucket?list-type=1"}, "InvalidArgument", "list-type"},
        {{"GET", "/bucket"}, "NotImplemented", "no operation"},
        {{"PUT", "/", {}, ""}, "NotImplemented", "no operation"},
        {{"POST", "/bucket/k", {}, "x"}, "NotImplemented", "no operation"},
        {{"GET", "/bucket/k", {{"x-amz-meta-a", "b"}}}, "InvalidRequest", "unknown header"},
        {{"PUT", "/bucket/k", {{"x-amz-website-redirect-location", "/x"}}, "x"}, "InvalidRequest", "unknown header"},
        {{"PUT", "/bucket/k", {{"range", "bytes=0-1"}}, "x"}, "InvalidRequest", "range on PUT"},
        {{"GET", "/bucket/k", {{"if-range", "\"x\""}}}, "InvalidRequest", "If-Range"},
        {{"PUT", "/bucket/k", {{"expect", "100-continue"}}, ""}, "InvalidRequest", "Expect with an empty body"},
        {{"PUT", "/bucket/k", {{"expect", "200-ok"}}, "x"}, "InvalidRequest", "Expect other than"},
        {{"PUT", "/bucket/k", {{"content-type", "text/\xc3\xbc"}}, "x"}, "InvalidRequest", "printable ASCII"},
        {{"PUT", "/bucket/k", {{"x-amz-meta-a", "\xc3"}}, "x"}, "InvalidRequest", "printable ASCII"},
        {{"PUT", "/bucket/k", {{"x-amz-meta-a", std::string(2048, 'v')}}, "x"}, "MetadataTooLarge", "2 KiB"},
    };
    testing::s3_server server;
    server.put("bucket", "k", "v");
    for (row const& r : rows) {
        CAPTURE(r.call.target);
        raw_client client(server.port());
        auto const before = server.counts();
        auto const got = exchange(client, r.call);
        CHECK(got.status >= 400);
        CHECK(got.element("Code") == r.code);
        auto const after = server.counts();
        CHECK(after.refused == before.refused + 1);
        CHECK(after.requests == before.requests + 1);
        CHECK_MESSAGE(after.last_refusal.find(r.why) != std::string::npos, after.last_refusal);
    }
    CHECK(server.get("bucket", "k") == "v");
}

TEST_CASE("lengths: absent, on a request without a body, or with more behind them") {
    testing::s3_server server;
    raw_client none(server.port()), odd(server.port()), more(server.port());
    none.send("PUT /bucket/k HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(test::read_answer(none, false).element("Code") == "MissingContentLength");
    CHECK(none.rest().empty());
    odd.send("GET /bucket/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    CHECK(test::read_answer(odd, false).status == 400);
    more.send(s3_call("PUT", "/bucket/k", {}, "body").text() + "x");
    CHECK(test::read_answer(more, false).status == 400);
    CHECK(server.counts().refused == 3);
    CHECK(server.object_count() == 0);
}
