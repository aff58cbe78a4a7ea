#include "http/response_head.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace sluice;
using http::framing;

namespace {

struct parsed {
    result<std::size_t> used = std::size_t{0};
    http::response_head head;
};

std::span<std::byte const> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

parsed parse(std::string_view text, bool to_head_request = false) {
    parsed p;
    http::head_parser parser;
    parser.reset(to_head_request);
    p.used = parser.feed(as_bytes(text), p.head);
    return p;
}

/// Of an answer with these header lines.
parsed with(std::string_view lines, std::string_view status_line = "HTTP/1.1 200 OK") {
    return parse(std::string(status_line) + "\r\n" + std::string(lines) + "\r\n");
}

std::string refusal(parsed const& p) { return p.used ? "accepted" : p.used.error().info().detail; }

}  // namespace

TEST_CASE("a head is consumed to its last byte and not further") {
    std::string_view const head = "HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nETag: \"a\"\r\nX-Empty:\r\n\r\n";
    parsed const p = parse(std::string(head) + "abcHTTP/1.1 200 OK\r\n\r\n");
    REQUIRE(p.used.has_value());
    CHECK(*p.used == head.size());
    CHECK(p.head.status == 206);
    CHECK(p.head.body == framing::length);
    CHECK(p.head.content_length == 3);
    CHECK(p.head.keep_alive);
    CHECK(p.head.headers.size() == 3);
    CHECK(p.head.headers.value_or("etag") == "\"a\"");
    CHECK(p.head.headers.find("x-empty") == "");
}

TEST_CASE("a head is the same however it comes in pieces") {
    std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx-amz-meta-a: b c\r\nConnection: close\r\n\r\n";
    std::string const rest = "body";
    for (std::size_t step = 1; step <= head.size(); ++step) {
        CAPTURE(step);
        http::head_parser parser;
        parser.reset(false);
        http::response_head into;
        std::size_t used = 0;
        for (std::size_t end = step; used == 0; end += step) {
            std::string const input = (head + rest).substr(0, end);  // at another place each time
            result<std::size_t> const fed = parser.feed(as_bytes(input), into);
            REQUIRE(fed.has_value());
            used = *fed;
            REQUIRE((used != 0) == (input.size() >= head.size()));
        }
        CHECK(used == head.size());
        CHECK(into.content_length == 12);
        CHECK(into.headers.size() == 3);
        CHECK(into.headers.value_or("X-Amz-Meta-A") == "b c");
        CHECK_FALSE(into.keep_alive);
    }
}

TEST_CASE("one parser serves one head after another") {
    http::head_parser parser;
    http::response_head into;
    parser.reset(false);
    std::string_view const interim = "HTTP/1.1 100 Continue\r\n\r\n";
    std::string_view const last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\r\n\r\n";
    std::string const both = std::string(interim) + std::string(last);
    result<std::size_t> const first = parser.feed(as_bytes(both), into);
    REQUIRE(first.has_value());
    CHECK(*first == interim.size());
    CHECK(into.status == 100);
    CHECK(into.body == framing::none);
    parser.reset(false);
    result<std::size_t> const second = parser.feed(as_bytes(both).subspan(*first), into);
    REQUIRE(second.has_value());
    CHECK(*second == last.size());
    CHECK(into.status == 200);
    CHECK(into.headers.size() == 2);
}

TEST_CASE("where the body ends") {
    CHECK(with("Content-Length: 5\r\n").head.body == framing::length);
    CHECK(with("Content-Length: 0\r\n").head.body == framing::none);
    CHECK(with("Transfer-Encoding: chunked\r\n").head.body == framing::chunked);
    CHECK(with("transfer-encoding: Chunked\r\n").head.body == framing::chunked);
    CHECK(with("").head.body == framing::until_end);
    CHECK(with("Content-Length: 5\r\n", "HTTP/1.1 204 No Content").head.body == framing::none);
    CHECK(with("Content-Length: 5\r\n", "HTTP/1.1 304 Not Modified").head.body == framing::none);
    CHECK(with("Transfer-Encoding: chunked\r\n", "HTTP/1.1 204 No Content").head.body == framing::none);

    parsed const answer_to_head = parse("HTTP/1.1 200 OK\r\nContent-Length: 9007199254740993\r\n\r\n", true);
    REQUIRE(answer_to_head.used.has_value());
    CHECK(answer_to_head.head.body == framing::none);
    CHECK(answer_to_head.head.has_content_length);
    CHECK(answer_to_head.head.content_length == 9007199254740993u);
    CHECK(answer_to_head.head.keep_alive);
    CHECK(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true).head.body == framing::none);
}

TEST_CASE("whether the connection lives on is the parser's word, not the message's") {
    CHECK(with("Content-Length: 1\r\n").head.keep_alive);
    CHECK_FALSE(with("").head.keep_alive);  // its body ends with the connection
    CHECK_FALSE(with("Content-Length: 1\r\nConnection: close\r\n").head.keep_alive);
    CHECK_FALSE(with("Content-Length: 1\r\nConnection: x, Close\r\n").head.keep_alive);
    CHECK_FALSE(with("Content-Length: 1\r\n", "HTTP/1.0 200 OK").head.keep_alive);
    CHECK(with("Content-Length: 1\r\nConnection: keep-alive\r\n", "HTTP/1.0 200 OK").head.keep_alive);
}

TEST_CASE("Content-Length: what is in doubt is refused") {
    CHECK(with("Content-Length: 3\r\nContent-Length: 3\r\n").head.content_length == 3);
    CHECK(with("Content-Length: 3, 3\r\n").head.content_length == 3);
    for (std::string_view const value : {"+3", "-1", "0x10", "", "3 3", "3,", "3, 4", "18446744073709551616", "3a", "1e3"}) {
        CAPTURE(value);
        CHECK_FALSE(with("Content-Length: " + std::string(value) + "\r\n").used.has_value());
    }
    CHECK_FALSE(with("Content-Length: 3\r\nContent-Length: 4\r\n").used.has_value());
    CHECK_FALSE(with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n").used.has_value());
    CHECK_FALSE(with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n").used.has_value());
    CHECK(with("Content-Length: 18446744073709551615\r\n").head.content_length == 18446744073709551615u);
}

TEST_CASE("no transfer coding but chunked, and that once, in HTTP/1.1") {
    for (std::string_view const value :
         {"gzip", "chunked, gzip", "gzip, chunked", "identity", "chunked, chunked", "", "xchunked", "chunked;a=b"}) {
        CAPTURE(value);
        std::string const field = "Transfer-Encoding: " + std::string(value) + "\r\n";
        CHECK_FALSE(with(field).used.has_value());
        CHECK_FALSE(with(field + "Content-Length: 3\r\n").used.has_value());
    }
    CHECK_FALSE(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n").used.has_value());
    CHECK_FALSE(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n").used.has_value());
    CHECK_FALSE(with("Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK").used.has_value());
}

TEST_CASE("status lines") {
    for (std::string_view const line :
         {"HTTP/1.1 099 Odd", "HTTP/1.1 000 None", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 200", "HTTP/2 200 OK", "HTTP/0.9 200 OK",
          "HTTP/1.2 200 OK", "HTP/1.1 200 OK", " HTTP/1.1 200 OK", "HTTP/1.1  200 OK"}) {
        CAPTURE(line);
        CHECK_FALSE(with("Content-Length: 1\r\n", line).used.has_value());
    }
    CHECK(with("Content-Length: 1\r\n", "HTTP/1.1 200 ").used.has_value());
    CHECK(with("Content-Length: 1\r\n", "HTTP/1.1 599 Whatever You Say").head.status == 599);
    CHECK_FALSE(parse("\r\nHTTP/1.1 200 OK\r\n\r\n").used.has_value());
}

TEST_CASE("lines that servers must not send") {
    CHECK_FALSE(parse("HTTP/1.1 200 OK\nContent-Length: 1\n\n").used.has_value());
    CHECK_FALSE(with("A: b\nContent-Length: 1\r\n").used.has_value());
    CHECK_FALSE(with(std::string_view("A: b\0c\r\n", 8)).used.has_value());
    CHECK_FALSE(with("A: b\rc\r\n").used.has_value());
    CHECK_FALSE(with("A : b\r\n").used.has_value());
    CHECK_FALSE(with(": b\r\n").used.has_value());
    CHECK_FALSE(with("no colon\r\n").used.has_value());
}

TEST_CASE("a folded line is one value with a space in it, also where it frames") {
    parsed const folded = with("X-Long: a\r\n \t b\r\nContent-Length: 1\r\n");
    REQUIRE(folded.used.has_value());
    CHECK(folded.head.headers.value_or("x-long") == "a b");
    CHECK(with("Transfer-Encoding:\r\n chunked\r\n").head.body == framing::chunked);
    CHECK_FALSE(with("Transfer-Encoding:\r\n gzip\r\n").used.has_value());
}

TEST_CASE("no body is too large for a head, and 8 KiB of fields are not too many") {
    CHECK(with("Content-Length: 9000000000000\r\n").used.has_value());
    std::string many = "Content-Length: 1\r\n";
    for (int i = 0; i < 500; ++i) many += "X-Number-" + std::to_string(i) + ": some value of a length that adds up\r\n";
    REQUIRE(many.size() > 8192);
    parsed const p = with(many);
    REQUIRE(p.used.has_value());
    CHECK(p.head.headers.size() == 501);
}

TEST_CASE("a head without end is refused at 64 KiB, in long lines and in short ones") {
    for (std::string const& line : {std::string(100, 'a') + ": b\r\n", std::string(80'000, 'a')}) {
        std::string text = "HTTP/1.1 200 OK\r\n";
        while (text.size() < 70'000) text += line;
        text.resize(70'000);
        http::head_parser parser;
        parser.reset(false);
        http::response_head into;
        bool refused = false;
        for (std::size_t end = 1; !refused; end += 997) {
            REQUIRE(end < http::head_parser::limit + 1000);
            result<std::size_t> const fed = parser.feed(as_bytes(text).first(end), into);
            refused = !fed;
            if (fed) CHECK(*fed == 0);
        }
    }
}

TEST_CASE("a refusal shows the line, cut and escaped") {
    std::string const text = refusal(parse("SSH-2.0-OpenSSH_9.2p1 \"Debian\"\x01\r\n"));
    CHECK_MESSAGE(text.find(R"(SSH-2.0-OpenSSH_9.2p1 \"Debian\"\x01)") != std::string::npos, text);
    std::string const longer = refusal(with("X: " + std::string(3000, 'v') + "\x02\r\n"));
    CHECK(longer != "accepted");
    CHECK(longer.size() < 200);
    CHECK(refusal(with("Transfer-Encoding: gzip\r\n")) == "the response has a Transfer-Encoding other than chunked: \"gzip\"");
    CHECK_MESSAGE(refusal(parse("HTTP/1.1 200\r\n\r\n")).find("\"HTTP/1.1 200") != std::string::npos,
                  refusal(parse("HTTP/1.1 200\r\n\r\n")));
}

TEST_CASE("what is not HTTP is told as soon as it shows") {
    CHECK_FALSE(parse("\x15\x03\x01").used.has_value());
    CHECK_FALSE(parse("SSH-2").used.has_value());
    CHECK_FALSE(parse("<html>").used.has_value());
}
