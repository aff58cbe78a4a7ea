#include "http/chunked.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sluice;
using namespace std::literals;

namespace {

struct decoded {
    std::string data;
    std::string rest;  ///< not taken
    bool done = false;
    std::string error;
};

/// Feeds `wire` in pieces that end at `cuts`.
decoded decode(std::string wire, std::vector<std::size_t> cuts = {}) {
    decoded out;
    http::chunked_decoder decoder;
    cuts.push_back(wire.size());
    std::size_t at = 0;
    for (std::size_t const cut : cuts) {
        result<http::chunked_decoder::progress> const p = decoder.feed(std::as_writable_bytes(std::span(wire).subspan(at, cut - at)));
        if (!p) {
            CHECK(p.error().reason() == errc::protocol);
            out.error = p.error().info().detail;
            return out;
        }
        out.data += wire.substr(at, p->data);
        at += p->used;
        if (decoder.done()) break;
        REQUIRE(at == cut);
    }
    out.done = decoder.done();
    out.rest = wire.substr(at);
    return out;
}

std::vector<std::size_t> every_byte(std::size_t size) {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1; i < size; ++i) cuts.push_back(i);
    return cuts;
}

}  // namespace

TEST_CASE("chunks become the data between them, whole, cut anywhere and byte by byte") {
    std::string const wire = "4\r\nWiki\r\n6;ext=\"a;b\"\r\npedia \r\nE \r\nin \r\n\r\nchunks.\r\n0\r\nA: b\r\nC: d\r\n\r\nHTTP/1.1";
    std::string const data = "Wikipedia in \r\n\r\nchunks.";
    auto const check = [&](decoded const& d) {
        CHECK(d.error == "");
        CHECK(d.done);
        CHECK(d.data == data);
        CHECK(d.rest == "HTTP/1.1");
    };
    check(decode(wire));
    check(decode(wire, every_byte(wire.size())));
    for (std::size_t a = 1; a < wire.size(); ++a)
        for (std::size_t b = a; b < wire.size(); ++b) check(decode(wire, {a, b}));
}

TEST_CASE("an empty body and upper and lower case sizes") {
    CHECK(decode("0\r\n\r\n").done);
    CHECK(decode("0\r\n\r\n").data == "");
    CHECK(decode("000\r\n\r\n").done);
    CHECK(decode("0a\r\n0123456789\r\n0;x\r\n\r\n").data == "0123456789");
    CHECK(decode("0A\r\n0123456789\r\n0\r\n\r\n").data == "0123456789");
}

TEST_CASE("it is not done before the last byte of its end") {
    std::string const wire = "3\r\nabc\r\n0\r\nT: x\r\n\r\n";
    for (std::size_t size = 0; size < wire.size(); ++size) {
        CAPTURE(size);
        decoded const d = decode(wire.substr(0, size));
        CHECK(d.error == "");
        CHECK_FALSE(d.done);
        CHECK(std::string_view("abc").starts_with(d.data));
    }
}

TEST_CASE("garbage is refused wherever it stands, however it is cut") {
    for (std::string const& wire : {"\r\n"s,
                                    "g\r\n"s,
                                    "-1\r\n"s,
                                    "+1\r\na"s,
                                    " 1\r\na"s,
                                    "0x1\r\na"s,
                                    "1\na\r\n"s,
                                    "1\r\nab\r\n"s,
                                    "1\r\na\rb"s,
                                    "1\r\na\n"s,
                                    "1\rx"s,
                                    "1g\r\na"s,
                                    "1;a\nb\r\n"s,
                                    "1;a\0b\r\n"s,
                                    "0\r\nA: b\nC: d\r\n\r\n"s,
                                    "0\r\n\rx"s,
                                    "0\r\nA: b\rx"s,
                                    "1000000000000001\r\n"s,
                                    "fffffffffffffffff\r\n"s,
                                    "10000000000000000\r\n\r\n"s,  // 2^64 is not the 0 of a last chunk
                                    "1" + std::string(75, '0') + "\r\n\r\n",
                                    "1\r\na\r\n\r\n"s,
                                    "0\r\nA\0: b\r\n\r\n"s}) {
        CAPTURE(wire);
        CHECK(decode(wire).error != "");
        CHECK(decode(wire, every_byte(wire.size())).error != "");
    }
    CHECK(decode("1000000000000000\r\n").error == "");  // 2^60
}

TEST_CASE("extensions and trailers have limits, sizes of zero too") {
    CHECK(decode("1;" + std::string(8 * 1024 - 1, 'x') + "\r\na\r\n0\r\n\r\n").done);
    CHECK(decode("1;" + std::string(8 * 1024, 'x') + "\r\na\r\n0\r\n\r\n").error != "");
    CHECK(decode(std::string(8 * 1024 - 1, '0') + "1\r\na\r\n0\r\n\r\n").data == "a");
    CHECK(decode(std::string(8 * 1024 + 1, '0')).error != "");  // or a peer that sends nothing else is listened to for ever
    CHECK(decode("0\r\nA: " + std::string(60 * 1024, 'x') + "\r\n\r\n").done);
    CHECK(decode("0\r\nA: " + std::string(65 * 1024, 'x')).error != "");
    std::string many = "0\r\n";
    for (int i = 0; i < 20'000; ++i) many += "a:b\r\n";
    CHECK(decode(many).error != "");
    CHECK(decode("1;" + std::string(8000, 'x') + "\r\na\r\n1;" + std::string(8000, 'x') + "\r\nb\r\n0\r\n\r\n").data ==
          "ab");  // of each chunk
}

TEST_CASE("a refusal says what and where") {
    std::string const text = decode("3\r\nabcXY").error;
    CHECK_MESSAGE(text == "the chunked body has a chunk longer than its size: \"XY\"", text);
}
