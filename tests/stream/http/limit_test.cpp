// Time limits: each ends in timed_out at its time, names itself, and leaves no connection behind. Time is manual: nothing is waited for.
#include "net/tls_context.hpp"
#include "story.hpp"
#include "support/says.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// All limits different, so that the time tells which it was.
struct timed_stage : stage {
    timed_stage() {
        how.limits.connect = 1s;
        how.limits.tls = 2s;
        how.limits.first_byte = 10s;
        how.limits.stall = 20s;
        how.limits.stall_bytes = 100;
        how.limits.pool_wait = 7s;
    }
    std::chrono::nanoseconds elapsed() const { return here->time->now() - async::time_point(); }
};

connection_script then(std::vector<script_step> steps) {
    connection_script s = {script::request()};
    s.reads.insert(s.reads.end(), steps.begin(), steps.end());
    return s;
}

/// `text` in pieces of `size` bytes with `span` before each, behind `first`.
connection_script drip(std::string_view first, std::string_view text, std::size_t size, std::chrono::nanoseconds span) {
    connection_script s = {script::request()};
    if (!first.empty()) s.reads.push_back(script::deliver(std::string(first)));
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
        s.reads.push_back(script::pause(span));
        s.reads.push_back(script::deliver(std::string(text.substr(0, size))));
    }
    return s;
}

connection_script silent_dial() {
    connection_script s;
    s.silent = true;
    return s;
}

connection_script writes(std::deque<std::ptrdiff_t> takes) {
    connection_script s;
    s.writes = std::move(takes);
    return s;
}

std::string const large_head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
std::string const chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
std::string const first_byte = "no first byte of an answer within 10 s (limit timeouts.first_byte)";
std::string const whole_head = "no whole response head within 10 s (limit timeouts.first_byte)";
std::string const came = "fewer than 100 bytes came in 20 s (limits timeouts.stall, stall_bytes)";
std::string const sent = "fewer than 100 bytes could be sent in 20 s (limits timeouts.stall, stall_bytes)";

struct row {
    std::string_view name;
    connection_script script;
    std::string text;
    std::chrono::nanoseconds after;
    bool tls = false;
};

std::vector<row> rows() {
    std::string const filler(2000, 'x');
    return {
        {"no answer to the connect", silent_dial(), "limit timeouts.connect (of one address) = 1 s", 1s},
        {"no answer to the handshake", {}, "limit timeouts.tls = 2 s", 2s, true},
        {"silence", then({}), first_byte, 10s},
        {"drip on the status line", drip("", "HTTP/1.1 200 " + filler, 1, 1s), whole_head, 10s},
        {"drip on a header", drip("HTTP/1.1 200 OK\r\nContent-", "Length: 3\r\nX: " + filler, 10, 1s), whole_head, 10s},
        {"one informational answer after the other",
         drip("", "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 102 P\r\n\r\n", 18, 3s), whole_head, 10s},
        {"silence in a body", then({script::deliver(large_head + "abc")}), came, 20s},
        {"drip in a body", drip(large_head, filler, 4, 1s), came, 20s},
        {"drip on a chunk's size", drip(chunked_head, std::string(1500, '0'), 1, 1s), came, 20s},
        {"drip on a chunk's extension", drip(chunked_head + "5;", filler, 50, 1s), came, 20s},
        {"drip in trailers", drip(chunked_head + "0\r\nX: ", filler, 50, 1s), came, 20s},
        {"nothing can be sent", writes({script::stuck}), sent, 20s},
        {"nothing more can be sent", writes({30, script::stuck}), sent, 20s},
    };
}

}  // namespace

TEST_CASE("limits: each ends the wait at its time and names itself") {
    for (row const& r : rows()) {
        CAPTURE(r.name);
        timed_stage s;
        if (r.tls) s.to.tls = net::tls_context::make({}).value();
        seen const out = s.ask(r.script);
        REQUIRE(out.failed_with(errc::timed_out));
        CHECK(says(*out.why, r.text));
        CHECK(s.elapsed() == r.after);
        CHECK(out.why->sent() == (r.after > 2s));  // whatever comes after connect and handshake
        CHECK(s.counts().open == 0);
        for (auto const& log : s.net.connections) CHECK(log->closed);
    }
}

TEST_CASE("limits: the operation's deadline holds in every one of those places, and is named") {
    for (row const& r : rows()) {
        CAPTURE(r.name);
        timed_stage s;
        if (r.tls) s.to.tls = net::tls_context::make({}).value();
        s.how.deadline = s.here->time->now() + 500ms;
        seen const out = s.ask(r.script);
        REQUIRE(out.failed_with(errc::timed_out));
        CHECK(says(*out.why, "the operation's deadline"));
        CHECK(s.elapsed() == 500ms);
        CHECK(s.counts().open == 0);
    }
}

TEST_CASE("limits: as fast as they ask is fast enough") {
    std::string const body(2000, 'x');
    for (connection_script const& script :
         {drip(ok(body).substr(0, ok(body).size() - 2000), body, 6, 1s), then({script::pause(9s), script::deliver(ok("abc"))}),
          then({script::deliver(ok("abc").substr(0, 10)), script::pause(9s), script::deliver(ok("abc").substr(10))}),
          then({script::deliver(ok(body).substr(0, 1000)), script::pause(19s), script::deliver(ok(body).substr(1000))})}) {
        timed_stage s;
        seen const out = s.ask(script);
        CHECK(out.text() == "");
        CHECK(out.ended);
        CHECK(s.counts().idle == 1);
    }
}

TEST_CASE("limits: a large request may take its time as long as it moves") {
    for (bool const fast : {true, false}) {
        CAPTURE(fast);
        timed_stage s;
        s.net.on_wait = [&](int) { s.here->time->advance(1s); };
        connection_script script = {script::request(17'000), script::deliver(ok(""))};
        script.writes = {100};  // the head
        for (int i = 0; i < 4000; ++i) script.writes.insert(script.writes.end(), {fast ? 6 : 4, script::would_block});
        s.net.serve(script);
        http::request put = request_of("PUT");
        put.body = payload(std::string(17'000, 'p'));
        seen const out = s.send(put);
        if (fast) {
            CHECK(out.ended);
            CHECK(s.elapsed() > 2800s);
        } else {
            REQUIRE(out.failed_with(errc::timed_out));
            CHECK(says(*out.why, sent));
            CHECK(s.elapsed() < 40s);  // the head counted in the first window
        }
    }
}

TEST_CASE("limits: the caller's own time between two reads does not count") {
    timed_stage s;
    s.net.serve(drip(large_head, std::string(100'000, 'x'), 1000, 15s));
    s.play([&]() -> awaitable<void> {
        result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
        REQUIRE(answer.has_value());
        std::vector<std::byte> into(1000);
        for (int i = 0; i < 100; ++i) {
            result<std::size_t> const got = co_await answer->read_all(into);
            REQUIRE(got.has_value());
            s.here->time->advance(1h);
        }
        CHECK(answer->ended());
    });
}

TEST_CASE("limits: none of them, and everything may take for ever") {
    timed_stage s;
    s.how.limits.first_byte = s.how.limits.stall = 0s;
    connection_script script = drip("", ok(std::string(100, 'x')), 20, 1000h);
    script.writes = {1, script::would_block};
    CHECK(s.ask(script).ended);
    CHECK(s.elapsed() > 5000h);
}

TEST_CASE("limits: before a body's limit the system is asked for what it keeps back") {
    timed_stage s;
    s.ask(then({script::deliver(large_head + "abc")}));
    CHECK(s.last().nudges == 1);
    s.ask(then({}));
    CHECK(s.last().nudges == 0);
}

TEST_CASE("limits: a first byte is not missed while the request is still on a slow line") {
    struct row {
        std::string_view name;
        std::function<std::uint64_t(std::chrono::nanoseconds)> left;
        std::string text;
        std::chrono::nanoseconds least, most;
    };
    auto const on_the_line = [](std::chrono::nanoseconds at) { return at < 100s ? 1000 * (100 - static_cast<std::uint64_t>(at / 1s)) : 0; };
    auto const stuck = [](std::chrono::nanoseconds at) { return at < 50s ? 1000 * (100 - static_cast<std::uint64_t>(at / 1s)) : 50'000; };
    for (row const& r : std::vector<row>{
             {"delivered", on_the_line, first_byte, 110s, 111s},
             {"stuck", stuck, sent, 69s, 71s},
         }) {
        CAPTURE(r.name);
        timed_stage s;
        connection_script script = then({});
        script.unsent = [&] { return r.left(s.elapsed()); };
        seen const out = s.ask(script);
        REQUIRE(out.failed_with(errc::timed_out));
        CHECK(says(*out.why, r.text));
        CHECK(s.elapsed() >= r.least);
        CHECK(s.elapsed() <= r.most);
        CHECK(out.why->sent());
    }
    timed_stage s;
    connection_script answered = then({script::pause(105s), script::deliver(ok("abc"))});
    answered.unsent = [&] { return on_the_line(s.elapsed()); };
    CHECK(s.ask(answered).body == "abc");
    s.how.deadline = s.here->time->now() + 40s;
    seen const out = s.ask(then({}));
    REQUIRE(out.failed_with(errc::timed_out));
}

TEST_CASE("limits: pieces of a head that come late do not bring a limit back that had been put off") {
    timed_stage s;
    std::string const wire = ok("abc");
    connection_script script = then({script::pause(105s), script::deliver(wire.substr(0, 9)), script::pause(2s),
                                     script::deliver(wire.substr(9, 9)), script::pause(2s), script::deliver(wire.substr(18))});
    script.unsent = [&] { return s.elapsed() < 100s ? 1000 * (100 - static_cast<std::uint64_t>(s.elapsed() / 1s)) : 0; };
    CHECK(s.ask(script).body == "abc");
}
