#include "auth/sigv4.hpp"

#include "base/percent.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace sluice;
using namespace std::literals;

namespace {

std::chrono::system_clock::time_point at(long long const seconds) {
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

std::string part(std::string_view const authorization, std::string_view const name) {
    std::size_t const found = authorization.find(name);
    if (found == std::string_view::npos) return "none";
    std::string_view const rest = authorization.substr(found + name.size());
    return std::string(rest.substr(0, rest.find(',')));
}

std::string signature_of(http::request const& r) { return part(r.headers.value_or("Authorization"), "Signature="); }

http::request make(std::string_view const method, std::string_view const target,
                   std::string_view const host = "examplebucket.s3.amazonaws.com") {
    http::request made;
    made.method = method;
    made.target = target;
    made.headers.add("Host", host);
    return made;
}

bool every(std::string_view) noexcept { return true; }

credentials const example("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
auto const example_day = at(1369353600);  // 2013-05-24

}  // namespace

TEST_CASE("the signatures of AWS's own examples") {
    auth::sigv4_signer const signer;
    auto const sign = [&](http::request r, std::string_view hash = auth::empty_payload_hash) {
        signer.sign(r, example, "us-east-1", example_day, hash, every);
        return r;
    };
    http::request get = make("GET", "/test.txt");
    get.headers.add("Range", "bytes=0-9");
    http::request const got = sign(get);
    CHECK(signature_of(got) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    CHECK(got.headers.value_or("x-amz-date") == "20130524T000000Z");
    CHECK(got.headers.value_or("x-amz-content-sha256") == auth::empty_payload_hash);
    CHECK(got.headers.value_or("Authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

    http::request put = make("PUT", "/test%24file.text");
    put.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
    put.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
    CHECK(signature_of(sign(put, auth::payload_hash("Welcome to Amazon S3."))) ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CHECK(signature_of(sign(make("GET", "/?lifecycle"))) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signature_of(sign(make("GET", "/?max-keys=2&prefix=J"))) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    CHECK(signature_of(sign(make("GET", "/?prefix=J&max-keys=2"))) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("what botocore signs, we sign alike: odd keys, queries, headers, tokens, days") {
    struct vector {
        std::string_view key, method, target;
        std::vector<std::pair<std::string_view, std::string_view>> headers;
        std::string_view access, secret, token, region;
        long long seconds;
        std::string_view payload_hash, signed_headers, signature;
    };
    std::vector<vector> const table{
#include "botocore_vectors.inc"
    };
    REQUIRE(table.size() == 200);
    auth::sigv4_signer const signer;
    int with_the_usual_headers = 0;
    for (vector const& v : table) {
        CAPTURE(v.target);
        std::string const path = '/' + base::percent_encode(v.key, true);
        REQUIRE(v.target.substr(0, path.size()) == path);
        http::request r;
        r.method = v.method;
        r.target = v.target;
        bool usual = true;
        for (auto const& [name, value] : v.headers) {
            r.headers.add(name, value);
            usual = usual && auth::signed_by_default(name);
        }
        credentials const keys{std::string(v.access), std::string(v.secret), std::string(v.token)};
        http::request by_default = r;
        signer.sign(r, keys, v.region, at(v.seconds), v.payload_hash, every);
        CHECK(part(r.headers.value_or("authorization"), "SignedHeaders=") == v.signed_headers);
        CHECK(signature_of(r) == v.signature);
        if (!usual) continue;
        ++with_the_usual_headers;
        signer.sign(by_default, keys, v.region, at(v.seconds), v.payload_hash);
        CHECK(signature_of(by_default) == v.signature);
    }
    CHECK(with_the_usual_headers > 50);
}

TEST_CASE("the token of a session with a directory bucket has a header of its own, as botocore signs it") {
    http::request r = make("GET", "/k");
    r.headers.clear();
    r.headers.add("Host", "data--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com");
    auth::sigv4_signer const signer("s3express", auth::token_kind::s3_session);
    signer.sign(r, credentials("a", "b", "t+/="), "us-east-1", example_day, auth::empty_payload_hash);
    CHECK(r.headers.find("x-amz-s3session-token") == "t+/=");
    CHECK_FALSE(r.headers.find("x-amz-security-token"));
    CHECK(signature_of(r) == "322bf9fff647f78c03341fdb526807cca3c5decef674a6b861eb334e5d3e8baa");
}

TEST_CASE("ranges, conditions and what proxies rewrite stay unsigned") {
    auth::sigv4_signer const signer;
    http::request bare = make("GET", "/k"), full = make("GET", "/k");
    for (char const* name : {"Range", "If-Match", "If-None-Match", "User-Agent", "traceparent", "Expect", "Content-Length",
                             "Accept-Encoding", "x-amzn-trace-id", "x-amz-", "xhost", "content-md55", "content-typo"})
        full.headers.add(name, "anything");
    signer.sign(bare, example, "us-east-1", example_day);
    signer.sign(full, example, "us-east-1", example_day);
    CHECK(signature_of(bare) == signature_of(full));
    CHECK(bare.headers.value_or("x-amz-content-sha256") == auth::unsigned_payload);

    for (char const* name : {"Content-Type", "CONTENT-MD5", "x-amz-meta-a", "X-Amz-Acl"}) {
        http::request more = make("GET", "/k");
        more.headers.add(name, "anything");
        signer.sign(more, example, "us-east-1", example_day);
        CHECK(signature_of(more) != signature_of(bare));
    }
}

TEST_CASE("the canonical request, by its parts") {
    auto const canonical = [](http::request const& r) {
        std::string text;
        std::string const names = auth::append_canonical_request(text, r, "HASH", every);
        return text + "|" + names;
    };
    http::request r = make("GET", "", "h:9000");
    CHECK(canonical(r) == "GET\n/\n\nhost:h:9000\n\nhost\nHASH|host");
    r.target = "?acl";
    CHECK(canonical(r) == "GET\n/\nacl=\nhost:h:9000\n\nhost\nHASH|host");
    r.target = "//a/../b/./c%2F%20?";
    CHECK(canonical(r) == "GET\n//a/../b/./c%2F%20\n\nhost:h:9000\n\nhost\nHASH|host");
    r.target = "/k?b=2&a=2&a=1&a-b=&a&B=1&c=x=y&&a?b=1";
    CHECK(canonical(r) == "GET\n/k\nB=1&a=&a=1&a=2&a-b=&a?b=1&b=2&c=x=y\nhost:h:9000\n\nhost\nHASH|host");

    r.target = "/";
    r.headers.clear();
    for (auto const& [name, value] : std::initializer_list<std::pair<char const*, char const*>>{{"x-amz-meta-b", "  two   words "},
                                                                                                {"X-Amz-Meta-B", "\tsecond\t"},
                                                                                                {"X-AMZ-meta-a", ""},
                                                                                                {"Host", "h"},
                                                                                                {"x-amz-meta-b", "third"}})
        r.headers.add(name, value);
    CHECK(canonical(r) ==
          "GET\n/\n\nhost:h\nx-amz-meta-a:\nx-amz-meta-b:two words,second,third\n\nhost;x-amz-meta-a;x-amz-meta-b\nHASH"
          "|host;x-amz-meta-a;x-amz-meta-b");
}

TEST_CASE("an empty access key leaves the request alone; a session token is sent and signed") {
    auth::sigv4_signer const signer;
    http::request r = make("GET", "/k");
    signer.sign(r, credentials(), "us-east-1", example_day);
    CHECK(r.headers.size() == 1);

    signer.sign(r, credentials("A", "S", "token"), "us-east-1", example_day);
    CHECK(r.headers.value_or("x-amz-security-token") == "token");
    CHECK(part(r.headers.value_or("Authorization"), "SignedHeaders=") == "host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
}

TEST_CASE("one signer keeps keys, days and regions apart, on several threads too") {
    struct {
        credentials keys;
        char const* region;
        long long seconds;
    } const table[] = {
        {{"A", "S"}, "us-east-1", 1369353600}, {{"A", "T"}, "us-east-1", 1369353600}, {{"A", "S"}, "us-east-2", 1369353600},
        {{"A", "S"}, "us-east-1", 1369439999}, {{"A", "S"}, "us-east-1", 1369440000}, {{"B", "S"}, "us-east-1", 1369353600},
    };
    std::vector<std::string> fresh;
    auto const signed_by = [](auth::sigv4_signer const& signer, auto const& row) {
        http::request r = make("GET", "/k");
        signer.sign(r, row.keys, row.region, at(row.seconds));
        return std::string(r.headers.value_or("Authorization"));
    };
    for (auto const& row : table) fresh.push_back(signed_by(auth::sigv4_signer(), row));
    CHECK(fresh[0] != fresh[1]);

    auth::sigv4_signer const shared;
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 600; ++i) {
                std::size_t const row = (i / (t + 1)) % std::size(table);
                if (signed_by(shared, table[row]) != fresh[row]) ++wrong;
            }
        });
    threads.clear();
    CHECK(wrong == 0);
    CHECK(part(fresh[3], "Credential=") == "A/20130524/us-east-1/s3/aws4_request");
    CHECK(part(fresh[4], "Credential=") == "A/20130525/us-east-1/s3/aws4_request");
}

TEST_CASE("payload hashes") {
    CHECK(auth::payload_hash("") == auth::empty_payload_hash);
    CHECK(auth::payload_hash("Welcome to Amazon S3.") == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
}
