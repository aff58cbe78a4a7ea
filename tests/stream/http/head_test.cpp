// Response heads as the exchange sees them; the parser's own tables are in unit/http/response_head_test.cpp.
#include "story.hpp"
#include "support/says.hpp"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("head: informational answers are skipped, but not for ever") {
    for (std::size_t const count : {std::size_t{1}, std::size_t{16}, std::size_t{17}, std::size_t{5000}}) {
        CAPTURE(count);
        std::string flood;
        for (std::size_t i = 0; i < count; ++i) flood += "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
        stage s;
        seen const out = s.ask({script::request(), script::deliver(flood + ok("abc"))});
        if (count <= 16)
            CHECK(out.body == "abc");
        else
            CHECK(out.failed_with(errc::protocol));
    }
}

TEST_CASE("head: an informational answer has no body, whatever it says") {
    stage s;
    seen const out = s.ask({script::request(), script::deliver("HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n" + ok("abc"))});
    CHECK(out.body == "abc");
    CHECK(s.counts().idle == 1);
}

TEST_CASE("head: a switch of protocols is refused") {
    stage s;
    seen const out = s.ask({script::request(), script::deliver("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")});
    CHECK(out.failed_with(errc::protocol));
    CHECK(s.last().closed);
}

TEST_CASE("head: up to 64 KiB are read, more is refused") {
    for (std::size_t const size : {std::size_t{15'000}, std::size_t{17'000}, std::size_t{60'000}, std::size_t{66'000}}) {
        CAPTURE(size);
        std::string fields;
        for (int i = 0; fields.size() < size; ++i) fields += "X-" + std::to_string(i) + ": " + std::string(90, 'v') + "\r\n";
        stage s;
        seen const out = s.ask({script::request(), script::deliver(ok("abc", fields))});
        if (size < 65'000)
            CHECK(out.body == "abc");
        else
            CHECK(out.failed_with(errc::protocol));
    }
}

TEST_CASE("head: what is in doubt is refused, naming the peer, and its connection closed") {
    for (std::string const wire : {
             "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
             "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
             "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 099 Odd\r\nContent-Length: 3\r\n\r\nabc",
             "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",
             "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
             "\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
             "SSH-2.0-OpenSSH_9.2p1\r\n",
         }) {
        CAPTURE(wire);
        stage s;
        seen const out = s.ask({script::request(), script::deliver(wire)});
        REQUIRE(out.failed_with(errc::protocol));
        CHECK(says(*out.why, "127.0.0.1:1"));
        CHECK(out.why->sent());
        CHECK(s.last().closed);
        CHECK(s.counts().open == 0);
    }
}

TEST_CASE("head: an answer that asks to close, and one of HTTP/1.0, close") {
    for (std::string const& wire : {ok("abc", "Connection: close\r\n"), std::string("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
                                    std::string("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")}) {
        stage s;
        seen const out = s.ask({script::request(), script::deliver(wire)});
        CHECK(out.ended);
        CHECK(s.last().closed);
        CHECK(s.counts().open == 0);
    }
}
