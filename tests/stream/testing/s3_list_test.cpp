#include <sluice/testing/s3_server.hpp>

#include "stream/testing/s3_client.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using sluice::test::exchange;
using sluice::test::raw_client;
using sluice::test::s3_answer;
using sluice::test::s3_call;

namespace {

using texts = std::vector<std::string>;

testing::s3_server_options pages_of(std::uint32_t limit) {
    testing::s3_server_options options;
    options.page_limit = limit;
    return options;
}

std::string encoded(std::string_view text) {
    std::string out;
    for (char const c : text)
        out += std::isalnum(static_cast<unsigned char>(c)) ? std::string(1, c) : "%" + [&] {
            char two[3];
            std::snprintf(two, sizeof two, "%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
            return std::string(two);
        }();
    return out;
}

/// Keys and common prefixes over all pages, each page's entries in one list.
texts walk(raw_client& client, std::string const& query, std::size_t page_size, int& pages) {
    texts all;
    std::string token;
    for (pages = 0;;) {
        auto const page = exchange(client, s3_call("GET", "/bucket?list-type=2" + query + token));
        REQUIRE(page.status == 200);
        ++pages;
        auto const keys = page.elements("Key");
        all.insert(all.end(), keys.begin(), keys.end());
        auto const rolled = page.elements("CommonPrefixes");
        for (std::string const& p : rolled) all.push_back(p.substr(8, p.size() - 17));
        CHECK(page.element("KeyCount") == std::to_string(keys.size() + rolled.size()));
        CHECK(keys.size() + rolled.size() <= page_size);
        if (page.element("IsTruncated") == "false") break;
        CHECK(page.element("IsTruncated") == "true");
        token = "&continuation-token=" + encoded(page.element("NextContinuationToken"));
    }
    return all;
}

s3_answer remove_many(raw_client& client, std::string const& body) {
    return exchange(client, s3_call("POST", "/bucket?delete", {{"content-md5", test::md5_of(body)}}, body));
}

}  // namespace

TEST_CASE("listing: order of bytes, prefix, delimiter and start, on pages of any size") {
    struct row {
        char const* query;
        texts expected;
    };
    row const rows[] = {
        {"", {"B", "a", "a/", "a/b", "a/c/d", "a0", "b/x", "b/y", "c", "\xc3\xbc"}},
        {"&prefix=a", {"a", "a/", "a/b", "a/c/d", "a0"}},
        {"&prefix=a%2F", {"a/", "a/b", "a/c/d"}},
        {"&prefix=zz", {}},
        {"&delimiter=%2F", {"B", "a", "a/", "a0", "b/", "c", "\xc3\xbc"}},
        {"&delimiter=%2F&prefix=a%2F", {"a/", "a/b", "a/c/"}},
        {"&delimiter=%2F&prefix=b", {"b/"}},
        {"&start-after=a%2Fb", {"a/c/d", "a0", "b/x", "b/y", "c", "\xc3\xbc"}},
        {"&start-after=a%2Fbb", {"a/c/d", "a0", "b/x", "b/y", "c", "\xc3\xbc"}},
        {"&start-after=A&prefix=b", {"b/x", "b/y"}},
        {"&start-after=c&prefix=b", {}},
        {"&start-after=%C3%BC", {}},
        {"&delimiter=%2F&start-after=b%2Fx", {"c", "\xc3\xbc"}},
    };
    for (std::uint32_t const size : {1u, 2u, 3u, 1000u}) {
        testing::s3_server server(pages_of(size));
        for (char const* const key : {"c", "a/c/d", "a", "\xc3\xbc", "b/y", "B", "a/b", "a0", "b/x", "a/"}) server.put("bucket", key, "x");
        raw_client client(server.port());
        for (row const& r : rows) {
            CAPTURE(size);
            CAPTURE(r.query);
            int pages = 0;
            texts got = walk(client, r.query, size, pages);
            // A page gives its keys first and then its common prefixes.
            std::ranges::sort(got);
            CHECK(got == r.expected);
            CHECK(pages == static_cast<int>(std::max<std::size_t>(1, (r.expected.size() + size - 1) / size)));
        }
        CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
    }
}

TEST_CASE("listing says what an object is, and escapes or encodes its key") {
    testing::s3_server server;
    std::string const key = "a &<\"+~*\x01\r/\xc3\xbc", tag = server.put("bucket", key, "12345");
    raw_client client(server.port());
    auto const plain = exchange(client, s3_call("GET", "/bucket?list-type=2&start-after=%21&fetch-owner=false"));
    CHECK(plain.element("Key") == "a &amp;&lt;&quot;+~*&#x1;&#xD;/\xc3\xbc");
    CHECK(plain.element("Size") == "5");
    CHECK(plain.element("ETag") == "&quot;" + tag.substr(1, 32) + "&quot;");
    CHECK(plain.element("LastModified").ends_with(".000Z"));
    CHECK(plain.element("StartAfter") == "!");
    CHECK(plain.element("MaxKeys") == "1000");
    auto const url = exchange(client, s3_call("GET", "/bucket?list-type=2&encoding-type=url&delimiter=%2F&prefix=a%20"));
    CHECK(url.element("EncodingType") == "url");
    CHECK(url.element("Delimiter") == "/");
    CHECK(url.elements("Prefix") == texts{"a+", "a+%26%3C%22%2B%7E*%01%0D/"});
}

TEST_CASE("max-keys bounds a page; zero is a page of nothing") {
    testing::s3_server server;
    for (char const* const key : {"a", "b", "c"}) server.put("bucket", key, "");
    raw_client client(server.port());
    auto const two = exchange(client, s3_call("GET", "/bucket?list-type=2&max-keys=2"));
    CHECK(two.elements("Key") == texts{"a", "b"});
    CHECK(two.element("IsTruncated") == "true");
    auto const none = exchange(client, s3_call("GET", "/bucket?list-type=2&max-keys=0"));
    CHECK(none.element("KeyCount") == "0");
    CHECK(none.element("IsTruncated") == "false");
    CHECK(exchange(client, s3_call("GET", "/bucket?list-type=2&max-keys=5000")).element("MaxKeys") == "1000");
    CHECK(exchange(client, s3_call("GET", "/bucket?list-type=2&max-keys=-1")).element("Code") == "InvalidArgument");
}

TEST_CASE("a continuation token is good for its own listing only") {
    testing::s3_server server(pages_of(1));
    for (char const* const key : {"a", "ab", "c"}) server.put("bucket", key, "");
    raw_client client(server.port());
    auto const first = exchange(client, s3_call("GET", "/bucket?list-type=2&prefix=a"));
    std::string const token = "&continuation-token=" + encoded(first.element("NextContinuationToken"));
    CHECK(exchange(client, s3_call("GET", "/bucket?list-type=2&prefix=a" + token)).elements("Key") == texts{"ab"});
    for (std::string const& wrong :
         texts{"/bucket?list-type=2" + token, "/bucket?list-type=2&prefix=a&continuation-token=",
               "/bucket?list-type=2&prefix=a&delimiter=%2F" + token, "/bucket?list-type=2&prefix=a" + token + "AAAA"}) {
        CAPTURE(wrong);
        CHECK(exchange(client, s3_call("GET", wrong)).element("Code") == "InvalidArgument");
    }
}

TEST_CASE("batch delete: what is listed goes, absent keys count as gone") {
    testing::s3_server server;
    for (char const* const key : {"a", "b<&>", " lead", "cr\r", "stay"}) server.put("bucket", key, "");
    raw_client client(server.port());
    auto const loud = remove_many(
        client,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n"
        "<Object><Key>a</Key></Object> <Object><Key>b&lt;&amp;&#62;</Key></Object><Object><Key>none</Key></Object>\n</Delete>\n");
    CHECK(loud.status == 200);
    CHECK(loud.elements("Key") == texts{"a", "b&lt;&amp;&gt;", "none"});
    auto const quiet =
        remove_many(client, "<Delete><Object><Key> lead</Key></Object><Object><Key>cr&#13;</Key></Object><Quiet>true</Quiet></Delete>");
    CHECK(quiet.status == 200);
    CHECK(quiet.elements("Key").empty());
    CHECK(server.object_count() == 1);
    auto const late = remove_many(client, "<Delete><Object><Key>" + std::string(1025, 'k') + "</Key></Object></Delete>");
    CHECK(late.element("Code") == "KeyTooLongError");
    CHECK(server.counts().deletes == 3);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

TEST_CASE("batch delete takes no other document") {
    std::string thousand_and_one = "<Delete>";
    for (int i = 0; i < 1001; ++i) thousand_and_one += "<Object><Key>k</Key></Object>";
    thousand_and_one += "</Delete>";
    std::string const documents[] = {
        "",
        "<Delete/>",
        "<Delete></Delete>",
        "<Delete><Object><Key></Key></Object></Delete>",
        "<Delete><Object><Key>k</Key></Object>",
        "<Delete><Object><Key>k</Key></Object></Delete><x/>",
        "<Delete><Object><Key>k</Key><VersionId>1</VersionId></Object></Delete>",
        "<Delete><Object><Key>a<b</Key></Object></Delete>",
        "<Delete><Object><Key>a&b</Key></Object></Delete>",
        "<Delete><Object><Key>a&nbsp;b</Key></Object></Delete>",
        "<Delete><Object><Key>a&#0;b</Key></Object></Delete>",
        "<Delete><Object><Key>a&#xD800;b</Key></Object></Delete>",
        "<Delete><Object><Key>a\x01</Key></Object></Delete>",
        "<Delete><Object><Key>a\xff</Key></Object></Delete>",
        "<Delete><Quiet>yes</Quiet><Object><Key>k</Key></Object></Delete>",
        "<!DOCTYPE x><Delete><Object><Key>k</Key></Object></Delete>",
        "<Delete>" + std::string(3 << 20, ' ') + "<Object><Key>k</Key></Object></Delete>",
        thousand_and_one,
    };
    testing::s3_server server;
    server.put("bucket", "k", "");
    raw_client client(server.port());
    for (std::string const& document : documents) {
        CAPTURE(document.substr(0, 100));
        auto const got = remove_many(client, document);
        CHECK(got.status == 400);
        CHECK(got.element("Code") == "MalformedXML");
    }
    std::string const good = "<Delete><Object><Key>k</Key></Object></Delete>";
    CHECK(exchange(client, s3_call("POST", "/bucket?delete", {}, good)).element("Code") == "InvalidRequest");
    CHECK(exchange(client, s3_call("POST", "/bucket?delete", {{"content-md5", test::md5_of("x")}}, good)).element("Code") == "BadDigest");
    CHECK(server.object_count() == 1);
}
