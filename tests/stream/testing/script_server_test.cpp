#include <sluice/testing/script_server.hpp>

#include "stream/testing/raw_client.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;
using sluice::test::raw_client;
using testing::scripted_reply;

namespace {

std::string const get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

std::string put(std::string const& body) {
    return "PUT /k HTTP/1.1\r\nhost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("script_server answers from the queue, then from its function, on one connection") {
    testing::script_server server([](testing::received_request const& r) { return scripted_reply::ok("echo " + r.target); });
    server.push(scripted_reply("raw\r\n"));
    raw_client client(server.port());
    client.send(get);
    CHECK(client.take(5) == "raw\r\n");
    client.send(get);
    CHECK(client.take_until("\r\n\r\n") == "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n");
    CHECK(client.take(11) == "echo /a?b=c");
    CHECK(server.endpoint() == "http://127.0.0.1:" + std::to_string(server.port()));
    CHECK(server.connections_accepted() == 1);
    CHECK(server.connections_open() == 1);
    auto const requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].number == 2);
    CHECK(requests[1].connection == 1);
    CHECK(requests[1].header("HOST") == "x");
    CHECK(server.errors().empty());
}

TEST_CASE("script_server reads bodies by length and in chunks, also when they come in drops") {
    testing::script_server server([](testing::received_request const& r) { return scripted_reply::ok(r.body); });
    raw_client client(server.port());
    for (char const c : put("hello")) client.send({&c, 1});
    CHECK(client.take_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    CHECK(client.take(5) == "hello");
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
    CHECK(client.take_until("\r\n\r\n") == "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n");
    CHECK(client.take(13) == "abc0123456789");
    CHECK(server.errors().empty());
}

TEST_CASE("script_server without a function answers 599 and says so") {
    testing::script_server server;
    raw_client client(server.port());
    client.send(get);
    CHECK(client.take_until("\r\n").starts_with("HTTP/1.1 599 "));
    REQUIRE(server.errors().size() == 1);
    CHECK(server.errors()[0] == "unexpected request: GET /a?b=c");
}

TEST_CASE("script_server closes, resets and refuses as told, after every byte has arrived") {
    testing::script_server server;
    std::string const large(3'000'000, 'x');
    scripted_reply close(large), reset(large);
    close.close = true;
    reset.reset = true;
    server.push(close);
    server.push(reset);
    {
        raw_client client(server.port());
        client.send(get);
        CHECK(client.rest() == large);
        CHECK(client.error() == 0);
    }
    {
        raw_client client(server.port());
        client.send(get);
        CHECK(client.rest().size() == large.size());
        CHECK(client.error() == ECONNRESET);
    }
    server.refuse_next_connection(true);
    {
        raw_client client(server.port());
        CHECK(client.rest().empty());
        CHECK(client.error() == ECONNRESET);
    }
    server.refuse_next_connection(false);
    {
        raw_client client(server.port());
        CHECK(client.rest().empty());
        CHECK(client.error() == 0);
    }
    CHECK(server.connections_accepted() == 4);
    CHECK(server.wait_until_closed(20s));
}

TEST_CASE("script_server answers before the body was sent, and still takes the body") {
    testing::script_server server;
    scripted_reply early = scripted_reply::status(100);
    early.pieces = {"HTTP/1.1 100 Continue\r\n\r\n"};
    early.answer_before_body = true;
    server.push(early);
    raw_client client(server.port());
    std::string const request = put("body");
    client.send(std::string_view(request).substr(0, request.size() - 4));
    CHECK(client.take_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].body.empty());
    client.send("body");
    server.push(scripted_reply("second"));
    client.send(get);
    CHECK(client.take(6) == "second");
    CHECK(server.requests()[0].body == "body");
    CHECK(server.errors().empty());
}

TEST_CASE("an early answer that closes survives the body nobody read") {
    testing::script_server server;
    scripted_reply early = scripted_reply::status(403, "no");
    early.answer_before_body = early.close = true;
    server.push(early);
    raw_client client(server.port());
    client.send(put(std::string(200'000, 'b')));
    CHECK(client.rest().ends_with("\r\n\r\nno"));
    CHECK(client.error() == 0);
}

TEST_CASE("script_server pauses before and between pieces") {
    testing::script_server server;
    scripted_reply slow;
    slow.pieces = {"a", "b", "c"};
    slow.first_pause = slow.pause = 4ms;
    server.push(slow);
    raw_client client(server.port());
    auto const start = std::chrono::steady_clock::now();
    client.send(get);
    CHECK(client.take(3) == "abc");
    CHECK(std::chrono::steady_clock::now() - start >= 12ms);
}

TEST_CASE("a client that hangs up ends a long pause; stopping ends every wait") {
    auto server = std::make_unique<testing::script_server>();
    scripted_reply late("never");
    late.first_pause = 1h;
    server->push(late);
    server->push(late);
    server->push(scripted_reply(std::string(64 << 20, 'x')));
    auto client = std::make_unique<raw_client>(server->port());
    client->send(get);
    REQUIRE(server->wait_for_requests(1, 20s));
    client.reset();
    CHECK(server->wait_until_closed(20s));

    raw_client pausing(server->port()), unread(server->port()), idle(server->port()), half(server->port());
    pausing.send(get);
    REQUIRE(server->wait_for_requests(2, 20s));
    unread.send(get);
    REQUIRE(server->wait_for_requests(3, 20s));
    half.send("GET / HT");
    server.reset();
    CHECK(pausing.rest().empty());
    CHECK(idle.rest().empty());
}

TEST_CASE("waiting for requests or closing that do not come gives false") {
    testing::script_server server;
    raw_client client(server.port());
    client.send(get);
    CHECK(server.wait_for_requests(1, 20s));
    CHECK_FALSE(server.wait_for_requests(2, 2ms));
    CHECK_FALSE(server.wait_until_closed(2ms));
}

TEST_CASE("script_server takes nothing malformed") {
    struct row {
        char const* request;
        char const* complaint;
    };
    row const rows[] = {
        {"GET / HTTP/1.1\nHost: x\n\n", "bare LF"},
        {"GET / HTTP/1.1\r\nA: b\n\r\nHost: x\r\n\r\n", "bare CR, bare LF"},
        {"GET / HTTP/1.1\r\nA: b\rc\r\nHost: x\r\n\r\n", "bare CR"},
        {"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "empty line before"},
        {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "request target"},
        {"GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n", "request target"},
        {"GET / HTTP/1.0\r\nHost: x\r\n\r\n", "not HTTP/1.1"},
        {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", "bad method"},
        {"GET /\r\nHost: x\r\n\r\n", "two spaces"},
        {"GET / HTTP/1.1\r\n\r\n", "no Host"},
        {"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "second Host"},
        {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "bad header name"},
        {"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "folded"},
        {"GET / HTTP/1.1\r\nHost: x\r\nnocolon\r\n\r\n", "without a colon"},
        {"GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", "control byte"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "second Content-Length"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx", "Content-Length"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\nx", "Content-Length"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", "and Transfer-Encoding"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nx", "Transfer-Encoding"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", "chunk size"},
        {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "chunk longer"},
    };
    testing::script_server server([](auto const&) { return scripted_reply::ok("taken"); });
    std::size_t seen = 0;
    for (row const& r : rows) {
        CAPTURE(r.request);
        raw_client client(server.port());
        client.send(r.request);
        CHECK(client.rest().starts_with("HTTP/1.1 400 "));
        auto const errors = server.errors();
        REQUIRE(errors.size() == ++seen);
        CHECK(errors.back().find(r.complaint) != std::string::npos);
    }
    CHECK(server.requests().empty());
}

TEST_CASE("bytes between a request and its reply are an error") {
    testing::script_server server([](auto const&) { return scripted_reply::ok("x"); });
    raw_client client(server.port());
    client.send(put("body") + "garbage");
    CHECK(client.take_until("\r\n").starts_with("HTTP/1.1 200"));
    REQUIRE(server.errors().size() == 1);
    CHECK(server.errors()[0] == "bytes after a request, before its reply");
}

TEST_CASE("a function that throws answers 599") {
    testing::script_server server([](auto const&) -> scripted_reply { throw std::runtime_error("oops"); });
    raw_client client(server.port());
    client.send(get);
    CHECK(client.take_until("\r\n").starts_with("HTTP/1.1 599 "));
    REQUIRE(server.errors().size() == 1);
    CHECK(server.errors()[0] == "the responder threw: oops");
}
