#include "cloud/range_answer.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sluice;
using cloud::check_read_answer;

namespace {

http::response_head head_of(int status, std::vector<std::pair<std::string_view, std::string_view>> const& fields = {}) {
    http::response_head head;
    head.status = status;
    head.body = http::framing::chunked;
    for (auto const& [name, value] : fields) {
        head.headers.add(name, value);
        if (name != "Content-Length") continue;
        head.content_length = std::stoull(std::string(value));
        head.has_content_length = true;
        head.body = head.content_length == 0 ? http::framing::none : http::framing::length;
    }
    return head;
}

http::response_head part(std::string_view range, std::string_view length) {
    return head_of(206, {{"Content-Range", range}, {"Content-Length", length}});
}

/// "offset+length of size (body)" or "refused".
std::string checked(byte_range asked, http::response_head const& head) {
    auto const opened = check_read_answer(asked, head);
    if (!opened) {
        CHECK(opened.error().reason() == errc::protocol);
        return "refused";
    }
    return std::to_string(opened->range.offset) + '+' + std::to_string(opened->range.length) + " of " + std::to_string(opened->size) +
           " (" + std::to_string(opened->length) + ')';
}

}  // namespace

TEST_CASE("request: values of Range") {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    CHECK(cloud::range_value(byte_range::whole()).empty());
    CHECK(cloud::range_value(byte_range::bounded(0, 1)) == "bytes=0-0");
    CHECK(cloud::range_value(byte_range::bounded(5, 0)) == "bytes=5-5");
    CHECK(cloud::range_value(byte_range::bounded(5, most)) == "bytes=5-");
    CHECK(cloud::range_value(byte_range::bounded(0, most)) == "bytes=0-18446744073709551614");
    CHECK(cloud::range_value(byte_range::bounded(4294967296, 4294967296)) == "bytes=4294967296-8589934591");
    CHECK(cloud::range_value(byte_range::from(0)) == "bytes=0-");
    CHECK(cloud::range_value(byte_range::last(3)) == "bytes=-3");
    CHECK(cloud::range_value(byte_range::last(0)) == "bytes=0-0");
}

TEST_CASE("Content-Range: good and bad") {
    auto const a = cloud::parse_content_range("bytes 0-99/1000");
    REQUIRE(a.has_value());
    CHECK((a->satisfied && a->first == 0 && a->last == 99 && a->total == 1000u));
    auto const b = cloud::parse_content_range("Bytes 4294967296-18446744073709551614/18446744073709551615");
    REQUIRE(b.has_value());
    CHECK((b->first == 4294967296u && b->last == 18446744073709551614u));
    auto const c = cloud::parse_content_range("bytes */0");
    REQUIRE(c.has_value());
    CHECK((!c->satisfied && c->total == 0u));
    auto const d = cloud::parse_content_range("bytes 0-1/*");
    REQUIRE(d.has_value());
    CHECK((d->satisfied && !d->total));
    for (std::string_view const bad : {"",
                                       "bytes",
                                       "bytes ",
                                       "bytes 0-9",
                                       "bytes 0-9/",
                                       "bytes 9-0/10",
                                       "bytes 0-10/10",
                                       "bytes 0-9/9",
                                       "bytes */*",
                                       "bytes -1-9/10",
                                       "bytes 0--9/10",
                                       "bytes 0-9/10 ",
                                       "bytes  0-9/10",
                                       "bytes 0 - 9/10",
                                       "bytes +0-9/10",
                                       "bytes 0-9/10, 0-9/10",
                                       "items 0-9/10",
                                       "bytes=0-9/10",
                                       "bytes 0-9/18446744073709551616",
                                       "bytes 0x0-9/10",
                                       "bytes 0-9/-10",
                                       "bytes a-b/c",
                                       "bytes */",
                                       "0-9/10"}) {
        CAPTURE(bad);
        CHECK_FALSE(cloud::parse_content_range(bad).has_value());
    }
}

TEST_CASE("read answers: exactly what was asked for") {
    using r = byte_range;
    CHECK(checked(r::bounded(10, 5), part("bytes 10-14/100", "5")) == "10+5 of 100 (5)");
    CHECK(checked(r::bounded(90, 50), part("bytes 90-99/100", "10")) == "90+10 of 100 (10)");
    CHECK(checked(r::from(90), part("bytes 90-99/100", "10")) == "90+10 of 100 (10)");
    CHECK(checked(r::last(10), part("bytes 90-99/100", "10")) == "90+10 of 100 (10)");
    CHECK(checked(r::last(500), part("bytes 0-99/100", "100")) == "0+100 of 100 (100)");
    CHECK(checked(r::bounded(10, 0), part("bytes 10-10/100", "1")) == "10+0 of 100 (1)");
    CHECK(checked(r::last(0), part("bytes 0-0/100", "1")) == "100+0 of 100 (1)");
    CHECK(checked(r::whole(), head_of(200, {{"Content-Length", "100"}})) == "0+100 of 100 (100)");
    CHECK(checked(r::whole(), head_of(200, {{"Content-Length", "0"}})) == "0+0 of 0 (0)");
    CHECK(checked(r::bounded(0, 5), head_of(206, {{"Content-Range", "bytes 0-4/9"}})) == "0+5 of 9 (5)");  // chunked
}

TEST_CASE("read answers: a 200 to a range only where the whole was asked for") {
    using r = byte_range;
    auto const all = head_of(200, {{"Content-Length", "100"}});
    CHECK(checked(r::bounded(0, 100), all) == "0+100 of 100 (100)");
    CHECK(checked(r::bounded(0, 500), all) == "0+100 of 100 (100)");
    CHECK(checked(r::from(0), all) == "0+100 of 100 (100)");
    CHECK(checked(r::last(100), all) == "0+100 of 100 (100)");
    CHECK(checked(r::last(0), all) == "100+0 of 100 (100)");
    CHECK(checked(r::bounded(0, 0), all) == "0+0 of 100 (100)");
    CHECK(checked(r::bounded(0, 99), all) == "refused");
    CHECK(checked(r::bounded(1, 99), all) == "refused");
    CHECK(checked(r::bounded(1, 500), all) == "refused");
    CHECK(checked(r::bounded(100, 5), all) == "refused");
    CHECK(checked(r::from(1), all) == "refused");
    CHECK(checked(r::last(99), all) == "refused");
}

TEST_CASE("read answers: anything else is refused") {
    using r = byte_range;
    for (auto const& [range, length] : std::vector<std::pair<std::string_view, std::string_view>>{{"bytes 11-15/100", "5"},
                                                                                                  {"bytes 9-13/100", "5"},
                                                                                                  {"bytes 10-13/100", "4"},
                                                                                                  {"bytes 10-15/100", "6"},
                                                                                                  {"bytes 0-99/100", "100"},
                                                                                                  {"bytes 10-14/100", "4"},
                                                                                                  {"bytes 10-14/100", "6"},
                                                                                                  {"bytes 10-14/*", "5"},
                                                                                                  {"bytes */100", "5"},
                                                                                                  {"", "5"},
                                                                                                  {"bytes 10-14/14", "5"},
                                                                                                  {"bytes 10-14", "5"}}) {
        CAPTURE(range);
        CAPTURE(length);
        CHECK(checked(r::bounded(10, 5), part(range, length)) == "refused");
    }
    CHECK(checked(r::bounded(10, 50), part("bytes 10-14/100", "5")) == "refused");  // a short part is no end
    CHECK(checked(r::bounded(10, 5), head_of(206, {{"Content-Length", "5"}})) == "refused");
    CHECK(checked(r::bounded(10, 5), head_of(206, {{"Content-Type", "multipart/byteranges; boundary=x"}, {"Content-Length", "50"}})) ==
          "refused");
    CHECK(checked(r::whole(), part("bytes 0-99/100", "100")) == "refused");
    CHECK(checked(r::whole(), head_of(200)) == "refused");  // chunked: nobody knows the size
    CHECK(checked(r::whole(), head_of(204)) == "refused");
    auto endless = part("bytes 10-14/100", "5");
    endless.body = http::framing::until_end;
    CHECK(checked(r::bounded(10, 5), endless) == "refused");
}

TEST_CASE("resumed answers: same size, same place") {
    cloud::opened_range fresh;
    fresh.size = 100;
    fresh.range = {20, 80};
    fresh.length = 80;
    CHECK(cloud::check_resumed(fresh, {20, 80}, 100).has_value());
    CHECK_FALSE(cloud::check_resumed(fresh, {20, 80}, 101).has_value());
    CHECK_FALSE(cloud::check_resumed(fresh, {21, 79}, 100).has_value());
}
