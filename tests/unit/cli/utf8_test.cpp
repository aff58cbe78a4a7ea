#include "text/utf8.hpp"

#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace sluice::cli;

namespace {

bool all_valid(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        character const c = character_at(text, at);
        if (!c.valid) return false;
        at += c.length;
    }
    return true;
}

}  // namespace

TEST_CASE("utf8: the command, which decodes, and the library, which only checks, agree on what is UTF-8") {
    // The bytes on both sides of every border in the table of RFC 3629, in every order.
    static constexpr std::array<unsigned char, 27> borders{0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                                           0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                                           0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfe, 0xff};
    std::size_t differ = 0, well_formed = 0;
    auto const compare = [&](std::string const& text) {
        bool const valid = sluice::base::valid_utf8(text);
        well_formed += valid;
        differ += valid != all_valid(text);
    };
    for (unsigned char const a : borders)
        for (unsigned char const b : borders)
            for (unsigned char const c : borders)
                for (unsigned char const d : borders)
                    compare({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)});
    CHECK(differ == 0);
    CHECK(well_formed > 1000);
}

TEST_CASE("utf8: a broken byte is a character of its own, like no other") {
    CHECK(character_at("\xff", 0).code != character_at("\xfe", 0).code);
    CHECK(character_at("\xe2\x82", 0).length == 1);
    CHECK(character_at("\xe2\x82", 0).code > 0x10ffff);
    CHECK(character_at("a\xf0\x9f\x98\x80", 1).code == 0x1f600);
}
