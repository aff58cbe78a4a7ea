#include <sluice/testing/s3_server.hpp>

#include "stream/testing/s3_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>

using namespace sluice;
using namespace std::chrono_literals;
using sluice::test::exchange;
using sluice::test::raw_client;
using sluice::test::s3_call;
using testing::s3_fault;

namespace {

/// Does `fault` to the first request only.
void once(testing::s3_server& server, s3_fault fault) {
    server.reset_counts();
    server.on_request([fault](testing::s3_request_view const& r) { return r.number == 1 ? std::optional(fault) : std::nullopt; });
}

}  // namespace

TEST_CASE("faults: an error in place of the answer, with headers") {
    testing::s3_server server;
    server.put("bucket", "k", "v");
    raw_client client(server.port());
    s3_fault busy;
    busy.status = 503;
    busy.code = "SlowDown";
    busy.headers = {{"Retry-After", "1"}};
    once(server, busy);
    auto const got = exchange(client, s3_call("GET", "/bucket/k"));
    CHECK(got.status == 503);
    CHECK(got.element("Code") == "SlowDown");
    CHECK(got.headers.at("Retry-After") == "1");
    CHECK(exchange(client, s3_call("GET", "/bucket/k")).body == "v");
    once(server, busy);
    CHECK(exchange(client, s3_call("PUT", "/bucket/k", {}, "new")).status == 503);
    CHECK(server.get("bucket", "k") == "v");
    once(server, busy);
    s3_call unknown("GET", "/bucket/k");
    unknown.secret_key = "wrong";
    CHECK(exchange(client, unknown).element("Code") == "SignatureDoesNotMatch");
}

TEST_CASE("faults: headers of an answer replaced and taken away") {
    testing::s3_server server;
    server.put("bucket", "k", "v");
    raw_client client(server.port());
    s3_fault other;
    other.headers = {{"etag", "\"other\""}, {"last-modified", ""}};
    once(server, other);
    auto const got = exchange(client, s3_call("GET", "/bucket/k"));
    CHECK(got.headers.at("etag") == "\"other\"");
    CHECK_FALSE(got.headers.contains("ETag"));
    CHECK_FALSE(got.headers.contains("Last-Modified"));
}

TEST_CASE("faults: ranges ignored and shifted") {
    testing::s3_server server;
    server.put("bucket", "k", "0123456789");
    raw_client client(server.port());
    s3_call const ranged("GET", "/bucket/k", {{"range", "bytes=2-4"}});
    s3_fault ignore, shift;
    ignore.ignore_range = true;
    once(server, ignore);
    auto const whole = exchange(client, ranged);
    CHECK(whole.status == 200);
    CHECK(whole.body == "0123456789");
    CHECK_FALSE(whole.headers.contains("Content-Range"));
    for (auto const& [by, body, named] : {std::tuple{3, "567", "bytes 5-7/10"}, {-1, "123", "bytes 1-3/10"}, {6, "89", "bytes 8-9/10"}}) {
        shift.shift_range = by;
        once(server, shift);
        auto const got = exchange(client, ranged);
        CHECK(got.status == 206);
        CHECK(got.body == body);
        CHECK(got.headers.at("Content-Range") == named);
    }
    CHECK(exchange(client, ranged).body == "234");
}

TEST_CASE("faults: a body cut at an exact byte, then a reset") {
    testing::s3_server server;
    server.put("bucket", "k", std::string(3'000'000, 'x'));
    for (std::size_t const cut : {0u, 1u, 1'000'000u, 2'999'999u}) {
        s3_fault fault;
        fault.cut_body_after = cut;
        once(server, fault);
        raw_client client(server.port());
        auto const got = exchange(client, s3_call("GET", "/bucket/k"));
        CHECK(got.headers.at("Content-Length") == "3000000");
        CHECK(got.body.size() == cut);
        CHECK(client.error() == ECONNRESET);
    }
    CHECK(server.wait_until_closed(20s));
}

TEST_CASE("faults: done, but the answer is lost") {
    testing::s3_server server;
    s3_fault lost;
    lost.drop_after_apply = true;
    once(server, lost);
    raw_client client(server.port());
    CHECK(exchange(client, s3_call("PUT", "/bucket/k", {}, "v")).status == 0);
    CHECK(client.error() == 0);
    CHECK(server.get("bucket", "k") == "v");
}

TEST_CASE("on_request sees what is asked") {
    testing::s3_server server;
    server.put("bucket", "a b", "0123456789");
    testing::s3_request_view seen;
    server.on_request([&](testing::s3_request_view const& r) {
        seen = r;
        return std::optional<s3_fault>();
    });
    raw_client client(server.port());
    CHECK(exchange(client, s3_call("GET", "/bucket/a%20b", {{"range", "bytes=0-1"}, {"if-match", "*"}})).body == "01");
    CHECK(seen.method == "GET");
    CHECK(seen.bucket == "bucket");
    CHECK(seen.key == "a b");
    CHECK(seen.range == "bytes=0-1");
    CHECK(seen.if_match == "*");
    CHECK(seen.number == 1);
    exchange(client, s3_call("GET", "/bucket?list-type=2&prefix=x"));
    CHECK(seen.query == "list-type=2&prefix=x");
    CHECK(seen.number == 2);
    server.on_request([](auto const&) -> std::optional<s3_fault> { throw std::runtime_error("oops"); });
    CHECK(exchange(client, s3_call("GET", "/bucket/a%20b")).status == 500);
    CHECK(server.counts().last_refusal.find("oops") != std::string::npos);
}

TEST_CASE("kill resets what is open, and nobody listens any more") {
    testing::s3_server server;
    server.put("bucket", "k", std::string(64 << 20, 'x'));
    raw_client idle(server.port()), reading(server.port()), delayed(server.port());
    CHECK(exchange(idle, s3_call("HEAD", "/bucket/k")).status == 200);
    std::atomic<bool> asked = false;
    server.on_request([&](testing::s3_request_view const& r) {
        s3_fault late;
        if (r.range.empty()) return std::optional<s3_fault>();
        late.delay = 1h;
        asked = true;
        asked.notify_all();
        return std::optional(late);
    });
    reading.send(s3_call("GET", "/bucket/k").text());
    CHECK(reading.take(1000).starts_with("HTTP/1.1 200 OK\r\n"));
    delayed.send(s3_call("GET", "/bucket/k", {{"range", "bytes=0-1"}}).text());
    asked.wait(false);
    CHECK(server.connections_open() == 3);
    server.kill();
    CHECK(server.connections_open() == 0);
    CHECK(idle.rest().empty());
    CHECK(idle.error() == ECONNRESET);
    CHECK(reading.rest().size() < (64u << 20));
    CHECK(reading.error() == ECONNRESET);
    CHECK(delayed.rest().empty());
    CHECK_THROWS(raw_client(server.port()));
    server.kill();
}

TEST_CASE("kill from within on_request, in the middle of a download") {
    testing::s3_server server;
    server.put("bucket", "k", "v");
    server.on_request([&](testing::s3_request_view const& r) {
        if (r.number == 2) server.kill();
        return std::optional<s3_fault>();
    });
    raw_client client(server.port());
    CHECK(exchange(client, s3_call("GET", "/bucket/k")).body == "v");
    CHECK(exchange(client, s3_call("GET", "/bucket/k")).status == 0);
    CHECK(client.error() == ECONNRESET);
    CHECK(server.wait_until_closed(20s));
}

TEST_CASE("a large object goes up and comes down whole") {
    testing::s3_server server;
    std::string data(20'000'000, '\0');
    std::uint32_t random = 1;
    for (char& c : data) c = static_cast<char>((random = random * 1664525 + 1013904223) >> 24);
    raw_client client(server.port());
    s3_call put("PUT", "/bucket/k", {}, data);
    put.payload = test::hex_of(test::digest_of(data, EVP_sha256()));
    CHECK(exchange(client, put).status == 200);
    CHECK((exchange(client, s3_call("GET", "/bucket/k")).body == data));
}
