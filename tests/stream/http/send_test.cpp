// The way of a request: how it is cut into writes, and answers that come before it is all sent.
#include "story.hpp"
#include "support/says.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string text_of_period(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7919 % 26);
    return text;
}

std::string const small = text_of_period(2000), large = text_of_period(600'000);

http::request put_of(payload body) {
    http::request r = request_of("PUT");
    r.body = std::move(body);
    return r;
}

payload in_pieces(std::string const& text, std::size_t size) {
    std::vector<bytes> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(payload(text.substr(at, size)).pieces().front());
    return payload(std::move(pieces));
}

payload from_source(std::string const& text) {
    std::shared_ptr<payload_source> const source = std::make_shared<recorded_source>(text);
    return payload(source);
}

std::string head_of(std::size_t size) {
    return "PUT /b/k HTTP/1.1\r\nHost: scripted\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

connection_script answer_to(std::size_t body, std::deque<std::ptrdiff_t> writes = {}) {
    connection_script s = {script::request(body), script::deliver(ok("abc")), script::request(), script::deliver(ok("abc"))};
    s.writes = std::move(writes);
    return s;
}

std::string const refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!";

}  // namespace

TEST_CASE("send: a head and a small body are one write, a head without a body too") {
    stage s;
    s.net.serve(answer_to(0));
    s.send(s.get);
    CHECK(s.net.operations == 3);  // dial, write, read
    CHECK(s.last().written == "GET /b/k HTTP/1.1\r\nHost: scripted\r\n\r\n");
    for (payload const& body : {payload(small), in_pieces(small, 100)}) {
        stage one;
        one.net.serve(answer_to(small.size()));
        CHECK(one.send(put_of(body)).body == "abc");
        CHECK(one.last().sizes == std::vector<std::size_t>{head_of(small.size()).size() + small.size()});
        CHECK(one.last().written == head_of(small.size()) + small);
    }
}

TEST_CASE("send: a large body goes from where it is, whole or in the pieces it has") {
    struct row {
        payload body;
        std::vector<std::size_t> sizes;
    };
    std::size_t const head = head_of(large.size()).size();
    for (row const& r : std::vector<row>{{payload(large), {head, 600'000}},
                                         {in_pieces(large, 250'000), {head, 250'000, 250'000, 100'000}},
                                         {from_source(large), {head, 262'144, 262'144, 75'712}},
                                         {from_source("x"), {head_of(1).size(), 1}}}) {
        stage s;
        s.net.serve(answer_to(r.body.size()));
        CHECK(s.send(put_of(r.body)).body == "abc");
        CHECK(s.last().sizes == r.sizes);
        CHECK(s.counts().idle == 1);
    }
}

TEST_CASE("send: a write that must be empty says so") {
    for (payload const& body : {payload(), payload(""), from_source("")}) {
        stage s;
        s.net.serve(answer_to(0));
        CHECK(s.send(put_of(body)).body == "abc");
        CHECK(s.last().written == head_of(0));
    }
}

TEST_CASE("send: short writes at every point lose nothing and repeat nothing") {
    std::string const body = small.substr(0, 200);
    std::size_t const whole = head_of(body.size()).size() + body.size();
    for (std::size_t at = 1; at < whole; ++at) {
        for (std::deque<std::ptrdiff_t> const& then :
             {std::deque<std::ptrdiff_t>{}, {script::would_block}, {script::would_block, 1, script::would_block}}) {
            stage s;
            std::deque<std::ptrdiff_t> writes = {static_cast<std::ptrdiff_t>(at)};
            writes.insert(writes.end(), then.begin(), then.end());
            s.net.serve(answer_to(body.size(), writes));
            CHECK(s.send(put_of(body)).body == "abc");
            CHECK(s.last().written == head_of(body.size()) + body);
            CHECK(s.counts().idle == 1);
        }
    }
}

TEST_CASE("send: a large body in short writes, whatever it is made of") {
    for (payload const& body : {payload(large), in_pieces(large, 99'999), from_source(large)}) {
        std::deque<std::ptrdiff_t> writes;
        for (std::ptrdiff_t i = 1; i < 300; ++i) writes.insert(writes.end(), {i * 13, script::would_block});
        stage s;
        s.net.serve(answer_to(large.size(), writes));
        CHECK(s.send(put_of(body)).body == "abc");
        CHECK(s.last().written == head_of(large.size()) + large);
    }
}

TEST_CASE("send: an answer before the body is sent is the answer, and its connection closes") {
    for (payload const& body : {payload(large), in_pieces(large, 99'999), from_source(large)}) {
        for (std::size_t const split : {refusal.size(), std::size_t{1}, std::size_t{20}, refusal.size() - 2}) {
            stage s;
            connection_script script = {script::request(), script::deliver(refusal.substr(0, split))};
            if (split < refusal.size()) script.reads.insert(script.reads.end(), {script::block(), script::deliver(refusal.substr(split))});
            script.writes = {100'000, 5000, script::would_block, 5000, script::stuck};
            s.net.serve(script);
            seen const out = s.send(put_of(body));
            CHECK(out.text() == "");
            CHECK(out.status == 403);
            CHECK(out.body == "no!");
            CHECK(s.last().written.size() < 20'000);
            CHECK(s.last().closed);
            CHECK(s.counts().open == 0);
        }
    }
}

TEST_CASE("send: informational answers on the way do not stop it") {
    stage s;
    std::string const interim = "HTTP/1.1 102 Processing\r\n\r\n";
    connection_script script = {script::request(), script::deliver(interim + interim.substr(0, 10))};
    script.reads.insert(script.reads.end(), {script::block(), script::deliver(interim.substr(10)), script::deliver("HTTP/1.1 200 OK\r\n")});
    script.reads.insert(script.reads.end(), {script::pause(1s), script::deliver("Content-Length: 3\r\n\r\nabc")});
    script.writes = {100'000, 5000, script::would_block, 5000, script::would_block, 5000, script::would_block};
    s.net.serve(script);
    seen const out = s.send(put_of(large));
    CHECK(out.body == "abc");
    CHECK(s.last().written.size() == head_of(large.size()).size() + large.size());
}

TEST_CASE("send: a success before the body is there is none") {
    for (int const status : {200, 204}) {
        stage s;
        connection_script script = {script::request(), script::deliver("HTTP/1.1 " + std::to_string(status) + " OK\r\n\r\n")};
        script.writes = {100'000, 5000, script::stuck};
        s.net.serve(script);
        seen const out = s.send(put_of(large));
        CHECK(out.failed_with(errc::protocol));
        CHECK(out.text() == "127.0.0.1:1 answered " + std::to_string(status) + " before it had the request's body");
        CHECK(out.why->sent());
        CHECK(s.last().closed);
    }
}

TEST_CASE("send: nonsense while sending is an error at once") {
    stage s;
    connection_script script = {script::request(), script::deliver("SSH-2.0\r\n")};
    script.writes = {100'000, 5000, script::stuck};
    s.net.serve(script);
    seen const out = s.send(put_of(large));
    CHECK(out.failed_with(errc::protocol));
    CHECK(out.why->sent());
    CHECK(s.last().closed);
}

TEST_CASE("send: a write that fails is not the last word when an answer is there") {
    for (std::string const& body : {small, large}) {
        for (std::deque<std::ptrdiff_t> const& writes :
             {std::deque<std::ptrdiff_t>{static_cast<std::ptrdiff_t>(head_of(body.size()).size()), script::broken},
              {100, 50, script::would_block, 50, script::broken}}) {
            stage s;
            connection_script script = {script::request(), script::deliver(refusal)};
            script.writes = writes;
            s.net.serve(script);
            seen const out = s.send(put_of(body));
            CHECK(out.text() == "");
            CHECK(out.status == 403);
            CHECK(out.body == "no!");
            CHECK(s.last().closed);
            CHECK(s.counts().open == 0);
        }
    }
}

TEST_CASE("send: a write that fails tells why, and how far it came") {
    stage s;
    connection_script script;
    script.writes = {100'000, 5000, script::broken};
    s.net.serve(script);
    std::size_t const head = head_of(large.size()).size();
    seen const out = s.send(put_of(large));
    CHECK(out.failed_with(errc::connection_lost));
    CHECK(out.text() == "the connection to 127.0.0.1:1 failed (Broken pipe) after " + std::to_string(head + 5000) + " of the request's " +
                            std::to_string(head + large.size()) + " bytes, before an answer");
    CHECK(out.why->sent());
}

TEST_CASE("send: a source that fails closes the connection, and its words come through") {
    stage s;
    auto const source = std::make_shared<recorded_source>(large);
    source->fail_at = 300'000;
    s.net.serve(answer_to(large.size()));
    http::request const put = put_of(payload(std::shared_ptr<payload_source>(source)));
    trip const& t = s.depart(put, s.how);
    s.here->finish();
    CHECK(t.run->result() == "the source fails");
    CHECK(s.last().closed);
    CHECK(s.counts().open == 0);
}
