// Bodies: where they end, what lies behind them, and what becomes of their connection.
#include "story.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;

namespace {

/// A GET's answer, and what `use` does with it before it is dropped.
void with_answer(stage& s, connection_script script, std::function<awaitable<void>(http::response&)> use) {
    s.net.serve(std::move(script));
    s.play([&]() -> awaitable<void> {
        result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
        REQUIRE(answer.has_value());
        co_await use(*answer);
    });
}

/// What `read_text(limit)` says of an answer.
result<std::string> text_of(stage& s, connection_script script, std::size_t limit) {
    result<std::string> text = failure(errc::io, "not read");
    auto const use = [&](http::response& r) -> awaitable<void> { text = co_await r.read_text(limit); };
    with_answer(s, std::move(script), use);
    return text;
}

}  // namespace

TEST_CASE("body: bytes behind it are no error, but the connection is closed") {
    std::string const chunked = in_chunks("abc", 3), large = ok(std::string(20'000, 'x'));
    struct row {
        std::string_view method;
        std::string first, second;
        std::size_t size;
    };
    std::vector<row> const rows = {
        {"GET", ok("abc") + "defgh", "", 3},
        {"GET", ok("abc") + ok("HTTP/1.1"), "", 3},
        {"GET", large.substr(0, 1000), large.substr(1000) + "!", 20'000},
        {"GET", chunked + "x", "", 3},
        {"GET", chunked.substr(0, 50), chunked.substr(50) + "\r\n", 3},
        {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", "", 0},
        {"GET", "HTTP/1.1 304 Not Modified\r\n\r\nabc", "", 0},
        {"HEAD", ok("abc"), "", 0},
        {"HEAD", ok("abc").substr(0, ok("abc").size() - 3), "abc", 0},
    };
    for (row const& r : rows) {
        CAPTURE(r.first);
        stage s;
        connection_script script = {script::request(), script::deliver(r.first)};
        if (!r.second.empty()) script.reads.push_back(script::deliver(r.second));
        s.net.serve(script);
        seen const out = s.send(request_of(r.method));
        CHECK(out.text() == "");
        CHECK(out.body.size() == r.size);
        CHECK(out.ended);
        s.here->time->advance(std::chrono::seconds(1));
        s.forget();  // what came after the last read is noticed at the latest when the connection is to be used again
        CHECK(s.counts().reused == 0);
        CHECK(s.last().closed);
        CHECK(s.counts().open == 0);
    }
}

TEST_CASE("body: answers without one end at once, and their connection serves again") {
    stage s;
    s.net.serve({script::request(), script::deliver("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"), script::request(),
                 script::deliver("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"), script::request(),
                 script::deliver("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n"), script::request(),
                 script::deliver("HTTP/1.1 204 No Content\r\n\r\n"), script::request(), script::deliver(ok(""))});
    struct row {
        http::request const* what;
        int status;
        std::uint64_t length;
    };
    for (row const& r : std::vector<row>{{&s.head, 200, 12345}, {&s.head, 404, 0}, {&s.get, 304, 77}, {&s.get, 204, 0}, {&s.get, 200, 0}}) {
        s.play([&]() -> awaitable<void> {
            result<http::response> answer = co_await http::send(&s.to, r.what, &s.how);
            REQUIRE(answer.has_value());
            CHECK(answer->head().status == r.status);
            CHECK(answer->head().content_length == r.length);
            CHECK(answer->ended());
        });
        CHECK(s.counts().idle == 1);
    }
    CHECK(s.net.connections.size() == 1);
}

TEST_CASE("body: without a length it is no data, but may be the text of an error") {
    std::string const wire = "HTTP/1.1 500 Oops\r\n\r\nwhat a pity";
    for (how_read const reading : {how_read::whole, how_read::pieces}) {
        stage s;
        seen const out = s.ask({script::request(), script::deliver(wire), script::end()}, reading);
        CHECK(out.failed_with(errc::protocol));
        CHECK(out.body == "");
    }
    stage s;
    result<std::string> text =
        text_of(s, {script::request(), script::deliver(wire), script::block(), script::deliver(" indeed"), script::end()}, 1000);
    REQUIRE(text.has_value());
    CHECK(*text == "what a pity indeed");
    CHECK(s.last().closed);
    CHECK(s.counts().open == 0);
    text = text_of(s, {script::request(), script::deliver(wire), script::cut()}, 1000);
    REQUIRE(text.has_error());
    CHECK(text.error().reason() == errc::truncated);
}

TEST_CASE("body: read_text has a limit for every framing") {
    std::string const body(40'000, 'y');
    for (std::string const& wire : {ok(body), in_chunks(body, 40'000), in_chunks(body, 999), "HTTP/1.1 200 OK\r\n\r\n" + body}) {
        for (std::size_t const limit : {std::size_t{39'999}, std::size_t{40'000}, static_cast<std::size_t>(-1)}) {
            stage s;
            result<std::string> const text = text_of(s, {script::request(), script::deliver(wire), script::end()}, limit);
            CHECK(text.has_value() == (limit >= 40'000));
            if (text)
                CHECK(*text == body);
            else
                CHECK(text.error().reason() == errc::protocol);
            if (!text) CHECK(text.error().sent());
            if (!text) CHECK(s.last().closed);
        }
    }
}

TEST_CASE("body: a length nobody can hold is refused as a text and broken off as data") {
    stage s;
    std::string const wire = "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nabc";
    result<std::string> const text = text_of(s, {script::request(), script::deliver(wire)}, static_cast<std::size_t>(1) << 20);
    REQUIRE(text.has_error());
    CHECK(text.error().reason() == errc::protocol);
    seen const out = s.ask({script::request(), script::deliver(wire), script::end()});
    CHECK(out.failed_with(errc::truncated));
    CHECK(out.body == "abc");
}

TEST_CASE("body: drain makes a short rest go away and leaves a long one alone") {
    std::string const wire = ok("0123456789");
    for (std::size_t const limit : {std::size_t{10}, std::size_t{9}}) {
        stage s;
        auto const use = [&](http::response& r) -> awaitable<void> {
            co_await r.drain(limit);
            CHECK(r.ended() == (limit == 10));
        };
        with_answer(s, {script::request(), script::deliver(wire.substr(0, 40)), script::block(), script::deliver(wire.substr(40))}, use);
        CHECK(s.last().closed == (limit == 9));
        CHECK(s.counts().idle == (limit == 10 ? 1 : 0));
    }
    stage s;
    auto const use = [&](http::response& r) -> awaitable<void> { co_await r.drain(1000); };
    with_answer(s, {script::request(), script::deliver(in_chunks("abc", 3))}, use);
    CHECK(s.last().closed);  // how long it will be is not announced
}

TEST_CASE("body: a response dropped before its end closes the connection") {
    stage s;
    auto const use = [&](http::response& r) -> awaitable<void> {
        CHECK_FALSE(r.ended());
        co_return;
    };
    with_answer(s, {script::request(), script::deliver(ok("0123456789"))}, use);
    CHECK(s.last().closed);
    CHECK(s.counts().open == 0);
}

TEST_CASE("body: chunks are the same however large, and whatever size they are read in") {
    std::string const body = [] {
        std::string text;
        for (int i = 0; text.size() < 3000; ++i) text += std::to_string(i) + ' ';
        return text;
    }();
    for (std::size_t const chunk : {std::size_t{1}, std::size_t{16}, std::size_t{1000}, std::size_t{10'000}}) {
        for (std::size_t const step : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
            stage s;
            seen const out = s.ask({script::request(), script::deliver(in_chunks(body, chunk))}, how_read::pieces, step);
            CHECK(out.text() == "");
            CHECK(out.body == body);
            CHECK(s.counts().idle == 1);
        }
    }
}

TEST_CASE("body: after a read that was cancelled there is nothing more to read") {
    stage s;
    s.net.serve({script::request(), script::deliver(ok("0123456789").substr(0, 42))});
    http::response answer;
    std::vector<std::byte> into(10);
    s.play([&]() -> awaitable<void> {
        result<http::response> sent = co_await http::send(&s.to, &s.get, &s.how);
        answer = std::move(*sent);
    });
    started& reading = s.start([&]() -> awaitable<void> {
        result<std::size_t> const got = co_await answer.read_all(into);
        CHECK(got.has_error());
    });
    s.here->settle();
    reading.cancel();
    s.here->settle();
    CHECK(reading.cancelled());
    CHECK(s.last().closed);
    CHECK(s.counts().open == 0);
    CHECK(answer.delivered() == 3);
    s.play([&]() -> awaitable<void> {
        for (int i = 0; i < 2; ++i) {
            result<std::size_t> const got = co_await answer.read_some(into);
            CHECK(got.has_error());
            CHECK(got.error().reason() == errc::connection_lost);
            CHECK(got.error().sent());
        }
    });
    CHECK_FALSE(answer.ended());
}
