// One request and its answer: wherever the answer is split or broken off.
#include "retry/classify.hpp"
#include "retry/retry_table.hpp"
#include "story.hpp"

#include <doctest/doctest.h>

#include <openssl/err.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <cerrno>

using namespace sluice;
using namespace sluice::test;

namespace {

struct answer {
    std::string wire;
    std::string body;
};

std::vector<answer> const answers = {
    {ok("0123456789"), "0123456789"},
    {"HTTP/1.1 100 Continue\r\n\r\n" + ok("abc"), "abc"},
    {ok(""), ""},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\nT: v\r\n\r\n", "abcdefg"},
    {"HTTP/1.1 204 No Content\r\n\r\n", ""},
};

/// The answer's first `at` bytes, then what `next` says.
connection_script broken_off(answer const& a, std::size_t at, std::vector<script_step> next) {
    connection_script s = {script::request()};
    if (at > 0) s.reads.push_back(script::deliver(a.wire.substr(0, at)));
    s.reads.insert(s.reads.end(), next.begin(), next.end());
    return s;
}

}  // namespace

TEST_CASE("exchange: an answer is the same wherever it is split, and its connection serves again") {
    for (answer const& a : answers) {
        for (std::size_t at = 0; at < a.wire.size(); ++at) {
            for (std::size_t const step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
                CAPTURE(a.wire);
                CAPTURE(at);
                CAPTURE(step);
                stage s;
                connection_script const script = broken_off(a, at, {script::block(), script::deliver(a.wire.substr(at))});
                seen const out = s.ask(script, step == 3 ? how_read::pieces : how_read::whole, step);
                CHECK(out.text() == "");
                CHECK(out.body == a.body);
                CHECK(out.ended);
                REQUIRE(s.counts().idle == 1);
                REQUIRE(s.counts().open == 1);
            }
        }
    }
}

TEST_CASE("exchange: byte by byte") {
    for (answer const& a : answers) {
        stage s;
        connection_script script = {script::request()};
        for (char const c : a.wire) {
            script.reads.push_back(script::deliver(std::string(1, c)));
            script.reads.push_back(script::block());
        }
        seen const out = s.ask(script);
        CHECK(out.text() == "");
        CHECK(out.body == a.body);
    }
}

TEST_CASE("exchange: broken off at any byte it is a typed error, and what was given out is right") {
    std::vector<script_step> const ends = {script::end(), script::cut(), script::fail(boost::asio::error::connection_reset)};
    for (answer const& a : answers) {
        for (std::size_t at = 0; at < a.wire.size(); ++at) {
            for (script_step const& last : ends) {
                CAPTURE(a.wire);
                CAPTURE(at);
                stage s;
                seen const out = s.ask(broken_off(a, at, {last}));
                REQUIRE(out.why);
                bool const in_body = out.status != 0;
                bool const error_of_socket = last.what == script_step::kind::fail;
                CHECK(out.why->reason() == (in_body && !error_of_socket ? errc::truncated : errc::connection_lost));
                CHECK(out.why->sent());
                CHECK(a.body.starts_with(out.body));
                REQUIRE(s.counts().open == 0);
                REQUIRE(s.last().closed);
            }
        }
    }
}

TEST_CASE("exchange: by whatever name the system or TLS tells it, a connection that breaks is lost, and what may be repeated is") {
    std::vector<boost::system::error_code> names;
    for (int const number : {ECONNRESET, EPIPE, ECONNABORTED, ETIMEDOUT, ENETDOWN, ENETUNREACH, ENETRESET, EHOSTUNREACH, EHOSTDOWN,
                             ENOTCONN, ESHUTDOWN, ENOBUFS, ENOMEM, EIO, EPROTO, EBADF, 9999})
        names.emplace_back(number, boost::system::system_category());
    // Alerts of TLS and OpenSSL's own words, as far as they are not about our certificate: 1000 and the number of the alert.
    for (int const reason : {10, 20, 22, 47, 50, 51, 70, 71, 80, 90, 100, 109, 110})
        names.emplace_back(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, 1000 + reason)), boost::asio::error::get_ssl_category());
    answer const& a = answers.front();
    for (boost::system::error_code const& name : names) {
        for (std::size_t const at : {std::size_t{0}, std::size_t{9}, a.wire.size() - 10, a.wire.size() - 1}) {
            CAPTURE(name.message());
            CAPTURE(at);
            stage s;
            seen const out = s.ask(broken_off(a, at, {script::fail(name)}));
            REQUIRE(out.why);
            CHECK(out.why->reason() == errc::connection_lost);
            CHECK(retry::classify(*out.why) == retry::outcome::lost);
            CHECK(retry::table_verdict(retry::operation_kind::read, retry::classify(*out.why)) == retry::verdict::retry);
            CHECK(s.counts().open == 0);
        }
    }
}

TEST_CASE("exchange: what broke off is told, and how far it came") {
    std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 5300\r\n\r\n";
    std::string const some(386, 'a');
    script_step const reset = script::fail(boost::asio::error::connection_reset);
    struct row {
        std::vector<script_step> steps;
        std::string text;
    };
    std::vector<row> const rows = {
        {{script::end()}, "the connection to 127.0.0.1:1 was closed by the peer after the whole request, before an answer"},
        {{script::cut()}, "the connection to 127.0.0.1:1 was cut (no TLS close_notify) after the whole request, before an answer"},
        {{reset}, "the connection to 127.0.0.1:1 failed (Connection reset by peer) after the whole request, before an answer"},
        {{script::deliver("HTTP/1.1 2"), script::end()},
         "the connection to 127.0.0.1:1 was closed by the peer after the whole request, in the middle of the response head"},
        {{script::deliver(head), script::deliver(some), script::end()}, "body from 127.0.0.1:1 ended after 386 of 5300 bytes"},
        {{script::deliver(head + some), script::cut()},
         "body from 127.0.0.1:1 ended after 386 of 5300 bytes (cut without TLS close_notify)"},
        {{script::deliver(head + some), reset}, "body from 127.0.0.1:1 broke off after 386 of 5300 bytes (Connection reset by peer)"},
        {{script::deliver(in_chunks("abcdef", 4).substr(0, 60)), script::end()},
         "body from 127.0.0.1:1 ended after 5 bytes without its end"},
    };
    for (row const& r : rows) {
        stage s;
        connection_script script = {script::request()};
        script.reads.insert(script.reads.end(), r.steps.begin(), r.steps.end());
        seen const out = s.ask(script);
        CHECK(out.text() == r.text);
    }
}

TEST_CASE("exchange: a request that cannot be sent safely never reaches the network") {
    stage s;
    http::request bad = request_of("GET");
    bad.headers.add("X-Amz-Meta-A", "b\r\nX-Evil: c");
    seen const out = s.send(bad);
    CHECK(out.failed_with(errc::invalid_argument));
    CHECK_FALSE(out.why->sent());
    CHECK(s.net.connections.empty());
    CHECK(s.counts().open == 0);
}

TEST_CASE("exchange: a body's rest is announced to the stream, and taken back before the next head") {
    stage s;
    std::string const wire = ok(std::string(100'000, 'z'));
    s.net.serve({script::request(), script::deliver(wire.substr(0, 10'000)), script::block(), script::deliver(wire.substr(10'000)),
                 script::request(), script::deliver(ok(""))});
    CHECK(s.send(s.get, how_read::whole, 200'000).body.size() == 100'000);
    std::vector<std::uint64_t> const& told = s.last().expected;
    REQUIRE(told.size() >= 2);
    CHECK(told.front() == 0);
    CHECK(told.back() == wire.size() - 10'000);
    CHECK(s.send(s.get).ended);
    CHECK(told.back() == 0);
    CHECK(s.net.connections.size() == 1);
}
