#include "story.hpp"
#include "support/co_test.hpp"

#include <boost/asio/error.hpp>

using namespace sluice;
using namespace sluice::test;
using namespace std::literals;

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

std::vector<answer> const pieces_of(answer const& a) {
    std::vector<answer> all;
    for (std::size_t at = 0; at < a.wire.size(); ++at) all.push_back({a.wire.substr(0, at), a.wire.substr(at)});
    return all;
}

bool is_beginning(std::string const& part, std::string const& whole) { return whole.starts_with(part); }

}  // namespace

CO_TEST("exchange: an answer is the same wherever it is split, and its connection serves again") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (answer const& a : answers) {
        for (answer const& split : pieces_of(a)) {
            for (std::size_t const step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
                connection_script script = {script::request()};
                if (!split.wire.empty()) script.reads.push_back(script::deliver(split.wire));
                script.reads.push_back(script::block());
                script.reads.push_back(script::deliver(split.body));
                world.serve(script);
                how_read const way = step == 3 ? how_read::pieces : how_read::whole;
                seen const out = co_await exchange_once(&get, &how, way, step);
                CHECK_FALSE(out.why);
                CHECK(out.body == a.body);
                CHECK(out.ended);
                http::pool_core::counts const after = co_await pool_counts();
                REQUIRE(after.idle == 1);
                REQUIRE(after.open == 1);
                // The next request finds the script at its end: closed by the peer.
                http::pool::of(executor).take(scripted_origin(), how.pool).close();
            }
        }
    }
}

CO_TEST("exchange: byte by byte") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (answer const& a : answers) {
        connection_script script = {script::request()};
        for (char const c : a.wire) {
            script.reads.push_back(script::deliver(std::string(1, c)));
            script.reads.push_back(script::block());
        }
        world.serve(script);
        seen const out = co_await exchange_once(&get, &how);
        CHECK_FALSE(out.why);
        CHECK(out.body == a.body);
        http::pool::of(executor).take(scripted_origin(), how.pool).close();
    }
}

CO_TEST("exchange: broken off at any byte it is a typed error, and what was given out is right") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    std::vector<script_step> const ends = {script::end(), script::cut(), script::fail(boost::asio::error::connection_reset)};
    for (answer const& a : answers) {
        for (answer const& split : pieces_of(a)) {
            for (script_step const& last : ends) {
                connection_script script = {script::request()};
                if (!split.wire.empty()) script.reads.push_back(script::deliver(split.wire));
                script.reads.push_back(last);
                world.serve(script);
                seen const out = co_await exchange_once(&get, &how);
                REQUIRE(out.why);
                errc const reason = out.why->reason();
                bool const in_body = out.status != 0;
                CHECK((reason == errc::connection_lost || (in_body && reason == errc::truncated)));
                if (in_body && last.what != script_step::kind::fail) CHECK(reason == errc::truncated);
                CHECK(out.why->sent());
                CHECK(is_beginning(out.body, a.body));
                http::pool_core::counts const after = co_await pool_counts();
                REQUIRE(after.open == 0);
                REQUIRE(world.connections.back()->closed);
            }
        }
    }
}

CO_TEST("exchange: a truncated body tells how far it came") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    world.serve({script::request(), script::deliver("HTTP/1.1 200 OK\r\nContent-Length: 5300\r\n\r\n"),
                 script::deliver(std::string(386, 'a')), script::end()});
    seen const out = co_await exchange_once(&get, &how);
    REQUIRE(out.why);
    CHECK(out.body == std::string(386, 'a'));
    CHECK(out.why->info().detail == "body from 127.0.0.1:1 ended after 386 of 5300 bytes");
}

CO_TEST("exchange: bytes behind the body are no error, but the connection is closed") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::request const head = request_of("HEAD");
    http::send_options const how;
    std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    struct row {
        http::request const* what;
        std::string first, second, body;
    };
    std::vector<row> const rows = {
        {&get, ok("abc") + "defgh", "", "abc"},
        {&get, ok("abc") + ok("HTTP/1.1"), "", "abc"},
        {&get, ok(std::string(20'000, 'x')).substr(0, 1000), ok(std::string(20'000, 'x')).substr(1000) + "!", std::string(20'000, 'x')},
        {&get, chunked + "x", "", "abc"},
        {&get, chunked.substr(0, 50), chunked.substr(50) + "\r\n", "abc"},
        {&get, "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", "", ""},
        {&get, "HTTP/1.1 304 Not Modified\r\n\r\nabc", "", ""},
        {&head, ok("abc"), "", ""},
    };
    for (row const& r : rows) {
        connection_script script = {script::request(), script::deliver(r.first)};
        if (!r.second.empty()) script.reads.push_back(script::deliver(r.second));
        world.serve(script);
        seen const out = co_await exchange_once(r.what, &how);
        CHECK_FALSE(out.why);
        CHECK(out.body == r.body);
        CHECK(out.ended);
        http::pool_core::counts const after = co_await pool_counts();
        CHECK(after.open == 0);
        CHECK(world.connections.back()->closed);
    }
}

CO_TEST("exchange: answers without a body end at once") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const head = request_of("HEAD");
    http::send_options const how;
    world.serve({script::request(), script::deliver("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"), script::request(),
                 script::deliver("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n")});
    net::origin const to = scripted_origin();
    result<http::response> first = co_await http::send(&to, &head, &how);
    REQUIRE(first.has_value());
    CHECK(first->ended());
    CHECK(first->head().content_length == 12345);
    http::pool_core::counts const between = co_await pool_counts();
    CHECK(between.idle == 1);
    result<http::response> second = co_await http::send(&to, &head, &how);
    REQUIRE(second.has_value());
    CHECK(second->head().status == 404);
    CHECK(second->ended());
    CHECK(world.connections.size() == 1);
}

CO_TEST("exchange: an answer that asks to close, and one of HTTP/1.0, close") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (std::string const& wire : {ok("abc", "Connection: close\r\n"), "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"s}) {
        world.serve({script::request(), script::deliver(wire)});
        seen const out = co_await exchange_once(&get, &how);
        CHECK(out.body == "abc");
        CHECK(world.connections.back()->closed);
    }
}

CO_TEST("exchange: a body without a length is no data, but may be the text of an error") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    net::origin const to = scripted_origin();
    std::string const wire = "HTTP/1.1 500 Oops\r\n\r\nwhat a pity";
    for (how_read const reading : {how_read::whole, how_read::pieces}) {
        world.serve({script::request(), script::deliver(wire), script::end()});
        seen const out = co_await exchange_once(&get, &how, reading);
        REQUIRE(out.why);
        CHECK(out.why->reason() == errc::protocol);
        CHECK(out.body == "");
    }
    world.serve({script::request(), script::deliver(wire), script::block(), script::deliver(" indeed"), script::end()});
    result<http::response> answer = co_await http::send(&to, &get, &how);
    REQUIRE(answer.has_value());
    result<std::string> text = co_await answer->read_text(1000);
    REQUIRE(text.has_value());
    CHECK(*text == "what a pity indeed");
    CHECK(world.connections.back()->closed);

    world.serve({script::request(), script::deliver(wire), script::cut()});
    answer = co_await http::send(&to, &get, &how);
    REQUIRE(answer.has_value());
    text = co_await answer->read_text(1000);
    REQUIRE(text.has_error());
    CHECK(text.error().reason() == errc::truncated);
}

CO_TEST("exchange: read_text has a limit for every framing") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    net::origin const to = scripted_origin();
    std::string const forty_k(40'000, 'y');
    std::string const as_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n" + forty_k + "\r\n0\r\n\r\n";
    for (std::string const& wire : {ok(forty_k), as_chunks, "HTTP/1.1 200 OK\r\n\r\n" + forty_k}) {
        for (std::size_t const limit : {std::size_t{39'999}, std::size_t{40'000}, static_cast<std::size_t>(-1)}) {
            world.serve({script::request(), script::deliver(wire), script::end()});
            result<http::response> answer = co_await http::send(&to, &get, &how);
            REQUIRE(answer.has_value());
            result<std::string> const text = co_await answer->read_text(limit);
            CHECK(text.has_value() == (limit >= 40'000));
            if (text)
                CHECK(*text == forty_k);
            else
                CHECK(text.error().reason() == errc::protocol);
            answer = failure(errc::io, "dropped");
            http::pool::of(executor).take(to, how.pool).close();
        }
    }
}

CO_TEST("exchange: drain makes a short rest go away and leaves a long one alone") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    net::origin const to = scripted_origin();
    for (std::size_t const limit : {std::size_t{10}, std::size_t{9}}) {
        world.serve({script::request(), script::deliver(ok("0123456789").substr(0, 40)), script::block(),
                     script::deliver(ok("0123456789").substr(40))});
        result<http::response> answer = co_await http::send(&to, &get, &how);
        REQUIRE(answer.has_value());
        co_await answer->drain(limit);
        CHECK(answer->ended() == (limit == 10));
        CHECK(world.connections.back()->closed == (limit == 9));
        http::pool::of(executor).take(to, how.pool).close();
    }
}

CO_TEST("exchange: a response dropped before its end closes the connection") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    net::origin const to = scripted_origin();
    world.serve({script::request(), script::deliver(ok("0123456789"))});
    result<http::response> answer = co_await http::send(&to, &get, &how);
    REQUIRE(answer.has_value());
    CHECK_FALSE(answer->ended());
    answer = failure(errc::io, "dropped");
    CHECK(world.connections.back()->closed);
    http::pool_core::counts const after = co_await pool_counts();
    CHECK(after.open == 0);
}

CO_TEST("exchange: informational answers are skipped, but not for ever") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (std::size_t const count : {std::size_t{1}, std::size_t{16}, std::size_t{17}, std::size_t{5000}}) {
        std::string flood;
        for (std::size_t i = 0; i < count; ++i) flood += "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
        world.serve({script::request(), script::deliver(flood + ok("abc"))});
        seen const out = co_await exchange_once(&get, &how);
        CHECK(out.why.has_value() == (count > 16));
        if (out.why)
            CHECK(out.why->reason() == errc::protocol);
        else
            CHECK(out.body == "abc");
        http::pool::of(executor).take(scripted_origin(), how.pool).close();
    }
    world.serve({script::request(), script::deliver("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")});
    seen const switched = co_await exchange_once(&get, &how);
    REQUIRE(switched.why);
    CHECK(switched.why->reason() == errc::protocol);
}

CO_TEST("exchange: heads up to 64 KiB are read, and the buffer they needed does not stay") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (std::size_t const size : {std::size_t{15'000}, std::size_t{17'000}, std::size_t{60'000}, std::size_t{66'000}}) {
        std::string fields;
        for (int i = 0; fields.size() < size; ++i) fields += "X-" + std::to_string(i) + ": " + std::string(90, 'v') + "\r\n";
        world.serve({script::request(), script::deliver(ok("abc", fields))});
        seen const out = co_await exchange_once(&get, &how);
        if (size < 65'000) {
            CHECK(out.body == "abc");
        } else {
            REQUIRE(out.why);
            CHECK(out.why->reason() == errc::protocol);
        }
        http::pool::of(executor).take(scripted_origin(), how.pool).close();
    }
}

CO_TEST("exchange: conflicting framing is refused and its connection closed") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    for (std::string const fields :
         {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n",
          "Content-Length: 3\r\nContent-Length: 5\r\n", "Content-Length: -1\r\n"}) {
        world.serve({script::request(), script::deliver("HTTP/1.1 200 OK\r\n" + fields + "\r\nabc")});
        seen const out = co_await exchange_once(&get, &how);
        REQUIRE(out.why);
        CHECK(out.why->reason() == errc::protocol);
        CHECK(out.why->info().detail.find("127.0.0.1:1") != std::string::npos);
        CHECK(world.connections.back()->closed);
    }
}

CO_TEST("exchange: a body's rest is announced to the stream, and taken back before the next head") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::request const get = request_of("GET");
    http::send_options const how;
    std::string const wire = ok(std::string(100'000, 'z'));
    world.serve({script::request(), script::deliver(wire.substr(0, 10'000)), script::block(), script::deliver(wire.substr(10'000)),
                 script::request(), script::deliver(ok(""))});
    seen const out = co_await exchange_once(&get, &how, how_read::whole, 200'000);
    CHECK(out.body.size() == 100'000);
    std::vector<std::uint64_t> const& told = world.connections.back()->expected;
    REQUIRE(told.size() >= 2);
    CHECK(told.front() == 0);
    CHECK(told.back() == wire.size() - 10'000);
    co_await exchange_once(&get, &how);
    CHECK(told.back() == 0);
    CHECK(world.connections.size() == 1);
}

CO_TEST("exchange: a request that cannot be sent safely never reaches the network") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    scripted_net world(executor);
    http::send_options const how;
    http::request bad = request_of("GET");
    bad.headers.add("X-Amz-Meta-A", "b\r\nX-Evil: c");
    seen const out = co_await exchange_once(&bad, &how);
    REQUIRE(out.why);
    CHECK(out.why->reason() == errc::invalid_argument);
    CHECK(world.connections.empty());
}
