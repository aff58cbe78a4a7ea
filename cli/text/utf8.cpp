#include "text/utf8.hpp"

#include <array>

namespace sluice::inline v0::cli {

character character_at(std::string_view text, std::size_t at) noexcept {
    struct form {
        unsigned char mask, lead;
        std::size_t length;
        char32_t least;
    };
    static constexpr std::array<form, 4> forms{
        {{0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}}};
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char const first = byte(at);
    character const broken{0x110000u + first, 1, false};
    for (form const& f : forms) {
        if ((first & f.mask) != f.lead) continue;
        if (f.length > text.size() - at) return broken;
        char32_t code = first & static_cast<unsigned char>(~f.mask);
        for (std::size_t i = at + 1; i < at + f.length; ++i) {
            if ((byte(i) & 0xc0) != 0x80) return broken;
            code = (code << 6) | (byte(i) & 0x3fu);
        }
        if (code < f.least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return broken;
        return {code, f.length, true};
    }
    return broken;
}

}  // namespace sluice::inline v0::cli
