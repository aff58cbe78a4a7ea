#include "store/check.hpp"

#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;
using namespace std::string_literals;

TEST_CASE("keys: 1 to 1024 bytes of UTF-8 without NUL") {
    for (std::string const& good : {"a"s, std::string(1024, 'x'), "/"s, "."s, ".."s, "a/../b"s, " "s, "%41"s, "a+b"s, "\r\n"s, "\x01"s,
                                    "\xf0\x9f\x98\x80"s, "\xef\xbf\xbf"s}) {
        CAPTURE(good);
        CHECK(store::check_key(good).has_value());
    }
    for (std::string const& bad :
         {""s, std::string(1025, 'x'), "a\0b"s, "\xff"s, "\xc0\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "\xe2\x82"s}) {
        CAPTURE(bad);
        auto const checked = store::check_key(bad);
        REQUIRE_FALSE(checked.has_value());
        CHECK(checked.error().reason() == errc::invalid_argument);
    }
}

TEST_CASE("utf8: ill-formed sequences are found at any place") {
    for (std::size_t before = 0; before < 20; ++before) {
        std::string const pad(before, 'x');
        CHECK(base::valid_utf8(pad + "\xc3\xa9" + pad));
        CHECK(base::valid_utf8(pad + "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf" + pad));
        for (std::string_view const bad :
             {"\x80", "\xc3", "\xc3x", "\xe0\x80\x80", "\xe2\x82x", "\xf0\x80\x80\x80", "\xf5\x80\x80\x80", "\xfe"})
            CHECK_FALSE(base::valid_utf8(pad + std::string(bad) + pad));
    }
}

TEST_CASE("utf8: what XML cannot carry") {
    CHECK(base::fits_xml("a\t\r\n\x7f\xf0\x9f\x98\x80"));
    CHECK_FALSE(base::fits_xml("\x01"));
    CHECK_FALSE(base::fits_xml("a\x1f"));
    CHECK_FALSE(base::fits_xml("a\xef\xbf\xbe"));
    CHECK_FALSE(base::fits_xml("\xef\xbf\xbf"));
}

TEST_CASE("attributes: what cannot travel as a header is refused") {
    attributes good;
    good.content_type = "text/plain; charset=utf-8";
    good.metadata = {{"Owner", "inner  blanks"}, {"x.y-z_1", ""}};
    CHECK(store::check_attributes(good).has_value());
    CHECK(store::check_attributes(attributes()).has_value());

    for (std::string const& bad : {"a\r\nX-Evil: 1"s, "a\0"s, "a\n"s, " a"s, "a "s, "caf\xc3\xa9"s, "\x7f"s}) {
        CAPTURE(bad);
        attributes a;
        a.content_type = bad;
        CHECK_FALSE(store::check_attributes(a).has_value());
        attributes b;
        b.metadata = {{"name", bad}};
        CHECK_FALSE(store::check_attributes(b).has_value());
    }
    for (std::string const& bad : {""s, "a b"s, "a:b"s, "a\r\n"s, "\xc3\xa9"s, "a\0"s}) {
        attributes a;
        a.metadata = {{bad, "value"}};
        CHECK_FALSE(store::check_attributes(a).has_value());
    }
    attributes twice;
    twice.metadata = {{"Name", "1"}, {"name", "2"}};
    CHECK_FALSE(store::check_attributes(twice).has_value());
}
