#include <sluice/testing/s3_server.hpp>

#include "stream/testing/s3_client.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace sluice;
using sluice::test::exchange;
using sluice::test::raw_client;
using sluice::test::s3_answer;
using sluice::test::s3_call;

namespace {

constexpr auto long_ago = "Mon, 01 Jan 2001 00:00:00 GMT";
constexpr auto far_off = "Sun, 01 Jan 2090 00:00:00 GMT";

}  // namespace

TEST_CASE("an object comes back as it was put, with its headers") {
    testing::s3_server server;
    raw_client client(server.port());
    auto const put = exchange(client, s3_call("PUT", "/bucket/a%20%2B/%C3%BC",
                                              {{"content-type", "text/plain"},
                                               {"cache-control", "no-store"},
                                               {"content-encoding", "x-odd"},
                                               {"x-amz-meta-note", "two words"},
                                               {"content-md5", test::md5_of("hello world")}},
                                              "hello world"));
    CHECK(put.status == 200);
    CHECK(put.headers.at("ETag") == "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
    CHECK(server.get("bucket", "a +/\xc3\xbc") == "hello world");
    for (char const* const method : {"GET", "HEAD"}) {
        auto const got = exchange(client, s3_call(method, "/bucket/a%20%2B/%C3%BC"));
        CHECK(got.status == 200);
        CHECK(got.body == (std::string(method) == "GET" ? "hello world" : ""));
        CHECK(got.headers.at("Content-Length") == "11");
        CHECK(got.headers.at("ETag") == put.headers.at("ETag"));
        CHECK(got.headers.at("content-type") == "text/plain");
        CHECK(got.headers.at("cache-control") == "no-store");
        CHECK(got.headers.at("content-encoding") == "x-odd");
        CHECK(got.headers.at("x-amz-meta-note") == "two words");
        CHECK(got.headers.at("Accept-Ranges") == "bytes");
        CHECK(got.headers.at("Last-Modified").ends_with(" GMT"));
        CHECK(got.headers.at("x-amz-request-id").size() == 16);
    }
    CHECK(exchange(client, s3_call("DELETE", "/bucket/a%20%2B/%C3%BC")).status == 204);
    CHECK(exchange(client, s3_call("DELETE", "/bucket/a%20%2B/%C3%BC")).status == 204);
    CHECK(server.object_count() == 0);
    auto const counts = server.counts();
    CHECK(counts.requests == 5);
    CHECK(counts.connections == 1);
    CHECK(counts.gets == 1);
    CHECK(counts.heads == 1);
    CHECK(counts.puts == 1);
    CHECK(counts.deletes == 2);
    CHECK_MESSAGE(counts.refused == 0, counts.last_refusal);
}

TEST_CASE("ranges answer exactly what they name") {
    struct row {
        char const *range, *body, *content_range;
    };
    row const rows[] = {
        {"bytes=0-0", "0", "bytes 0-0/10"},          {"bytes=3-7", "34567", "bytes 3-7/10"}, {"bytes=8-", "89", "bytes 8-9/10"},
        {"bytes=0-", "0123456789", "bytes 0-9/10"},  {"bytes=9-99", "9", "bytes 9-9/10"},    {"bytes=-3", "789", "bytes 7-9/10"},
        {"bytes=-99", "0123456789", "bytes 0-9/10"}, {"bytes=10-", nullptr, "bytes */10"},   {"bytes=10-20", nullptr, "bytes */10"},
        {"bytes=-0", nullptr, "bytes */10"},
    };
    testing::s3_server server;
    server.put("bucket", "digits", "0123456789");
    server.put("bucket", "empty", "");
    raw_client client(server.port());
    for (row const& r : rows) {
        CAPTURE(r.range);
        auto const got = exchange(client, s3_call("GET", "/bucket/digits", {{"range", r.range}}));
        CHECK(got.headers.at("Content-Range") == r.content_range);
        if (r.body != nullptr) {
            CHECK(got.status == 206);
            CHECK(got.body == r.body);
        } else {
            CHECK(got.status == 416);
            CHECK(got.element("Code") == "InvalidRange");
            CHECK(got.element("ActualObjectSize") == "10");
        }
    }
    for (char const* const range : {"bytes=0-", "bytes=0-0", "bytes=-1"}) {
        auto const got = exchange(client, s3_call("GET", "/bucket/empty", {{"range", range}}));
        CHECK(got.status == 416);
        CHECK(got.headers.at("Content-Range") == "bytes */0");
    }
    CHECK(exchange(client, s3_call("GET", "/bucket/empty")).status == 200);
    CHECK(server.counts().refused == 0);
    for (char const* const range :
         {"bytes=3-2", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "octets=1-2", "bytes=+1-2", "bytes= 1-2", "1-2"}) {
        CAPTURE(range);
        auto const before = server.counts().refused;
        CHECK(exchange(client, s3_call("GET", "/bucket/digits", {{"range", range}})).status == 400);
        CHECK(server.counts().refused == before + 1);
    }
}

TEST_CASE("conditions of a read, in the order of RFC 9110") {
    testing::s3_server server;
    std::string const tag = server.put("bucket", "k", "v"), other = "\"00000000000000000000000000000000\"";
    struct row {
        test::header_list conditions;
        int status;
    };
    row const rows[] = {
        {{{"if-match", tag}}, 200},
        {{{"if-match", tag.substr(1, 32)}}, 200},
        {{{"if-match", "*"}}, 200},
        {{{"if-match", other + ", " + tag}}, 200},
        {{{"if-match", other}}, 412},
        {{{"if-match", "W/" + tag}}, 412},
        {{{"if-none-match", tag}}, 304},
        {{{"if-none-match", "W/" + tag}}, 304},
        {{{"if-none-match", "*"}}, 304},
        {{{"if-none-match", other}}, 200},
        {{{"if-modified-since", long_ago}}, 200},
        {{{"if-modified-since", far_off}}, 304},
        {{{"if-unmodified-since", long_ago}}, 412},
        {{{"if-unmodified-since", far_off}}, 200},
        {{{"if-match", tag}, {"if-unmodified-since", long_ago}}, 200},
        {{{"if-modified-since", far_off}, {"if-none-match", other}}, 200},
        {{{"if-match", other}, {"if-none-match", tag}}, 412},
        {{{"if-match", other}, {"range", "bytes=99-"}}, 412},
        {{{"if-match", tag}, {"range", "bytes=0-0"}}, 206},
        {{{"if-modified-since", "yesterday"}}, 400},
        {{{"if-modified-since", "Tue, 01 Jan 2001 00:00:00 GMT"}}, 400},
    };
    raw_client client(server.port());
    for (row const& r : rows) {
        CAPTURE(r.conditions[0].first);
        CAPTURE(r.conditions[0].second);
        auto const got = exchange(client, s3_call("GET", "/bucket/k", r.conditions));
        CHECK(got.status == r.status);
        if (r.status == 304) {
            CHECK(got.headers.at("ETag") == tag);
            CHECK_FALSE(got.headers.contains("Content-Length"));
        }
        if (r.status == 412) CHECK(got.element("Code") == "PreconditionFailed");
        CHECK(exchange(client, s3_call("HEAD", "/bucket/k", r.conditions)).status == r.status);
    }
}

TEST_CASE("conditions of writes") {
    testing::s3_server server;
    raw_client client(server.port());
    auto const put = [&](test::header_list headers, std::string body) {
        return exchange(client, s3_call("PUT", "/bucket/k", headers, body));
    };
    CHECK(put({{"if-match", "\"x\""}}, "0").status == 404);
    auto const first = put({{"if-none-match", "*"}}, "1");
    CHECK(first.status == 200);
    CHECK(put({{"if-none-match", "*"}}, "2").status == 412);
    CHECK(put({{"if-match", "\"x\""}}, "3").status == 412);
    CHECK(server.get("bucket", "k") == "1");
    CHECK(put({{"if-match", first.headers.at("ETag")}}, "4").status == 200);
    CHECK(server.get("bucket", "k") == "4");
    CHECK(exchange(client, s3_call("DELETE", "/bucket/k", {{"if-match", "\"x\""}})).status == 412);
    CHECK(server.object_count() == 1);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
    CHECK(put({{"if-none-match", "\"x\""}}, "5").status == 501);
    CHECK(put({{"content-md5", test::md5_of("other")}}, "6").element("Code") == "BadDigest");
    CHECK(put({{"content-md5", "AAAA"}}, "7").element("Code") == "InvalidDigest");
    CHECK(server.get("bucket", "k") == "4");
}

TEST_CASE("If-Match of a write names one tag: with or without quotes, or only without as Ceph has it") {
    for (bool const bare : {false, true}) {
        testing::s3_server_options options;
        options.bare_put_etags = bare;
        testing::s3_server server(options);
        raw_client client(server.port());
        auto const put = [&](std::string tag, char const* const key) {
            return exchange(client, s3_call("PUT", std::string("/bucket/") + key, {{"if-match", tag}}, "v")).status;
        };
        std::string const tag = server.put("bucket", "k", "v"), plain = tag.substr(1, 32);
        CHECK(put(tag, "k") == (bare ? 412 : 200));
        CHECK(put(plain, "k") == 200);
        CHECK(put("*", "k") == 200);
        CHECK(put("W/" + tag, "k") == 412);
        CHECK(put("\"x\", " + tag, "k") == 412);
        CHECK(put(plain, "absent") == (bare ? 412 : 404));
        CHECK(server.object_count() == 1);
        CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
    }
}

TEST_CASE("of writers that compare and swap, none is lost") {
    testing::s3_server server;
    server.put("bucket", "counter", "0");
    std::vector<std::thread> writers;
    for (int w = 0; w < 5; ++w)
        writers.emplace_back([&] {
            raw_client client(server.port());
            for (int done = 0; done < 10;) {
                auto const now = exchange(client, s3_call("GET", "/bucket/counter"));
                std::string const next = std::to_string(std::stoi(now.body) + 1);
                done += exchange(client, s3_call("PUT", "/bucket/counter", {{"if-match", now.headers.at("ETag")}}, next)).status == 200;
            }
        });
    for (std::thread& w : writers) w.join();
    CHECK(server.get("bucket", "counter") == "50");
}

TEST_CASE("what is not there has its own code, and a HEAD has none to say it in") {
    testing::s3_server server;
    raw_client client(server.port());
    auto const key = exchange(client, s3_call("GET", "/bucket/none%3C%01"));
    CHECK(key.status == 404);
    CHECK(key.element("Code") == "NoSuchKey");
    CHECK(key.element("Resource") == "/bucket/none&lt;&#x1;");
    CHECK(key.element("RequestId") == key.headers.at("x-amz-request-id"));
    CHECK(exchange(client, s3_call("GET", "/nowhere/k")).element("Code") == "NoSuchBucket");
    CHECK(exchange(client, s3_call("PUT", "/nowhere/k", {}, "x")).element("Code") == "NoSuchBucket");
    CHECK(exchange(client, s3_call("HEAD", "/bucket/none")).status == 404);
    CHECK(exchange(client, s3_call("HEAD", "/bucket")).headers.at("x-amz-bucket-region") == "us-east-1");
    CHECK(exchange(client, s3_call("GET", "/bucket?location")).body.find("<LocationConstraint") != std::string::npos);
    CHECK(server.counts().refused == 0);
}

TEST_CASE("virtual-host style: the bucket is in the host") {
    testing::s3_server server;
    server.put("bucket", "bucket/k", "v");
    raw_client client(server.port());
    s3_call call("GET", "/bucket/k");
    call.host = "bucket.localhost:" + std::to_string(server.port());
    CHECK(exchange(client, call).body == "v");
    call.host = "other.localhost";
    CHECK(exchange(client, call).element("Code") == "NoSuchBucket");
}
