#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice::inline v0::base {

namespace {

bool ascii_block(char const* at) noexcept {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    return (eight & 0x8080808080808080u) == 0;
}

/// Length of the well-formed sequence at the front of `text`, which begins with a byte of 0x80 or more; 0 when ill-formed.
std::size_t sequence(std::string_view const text) noexcept {
    auto const byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto const follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
    unsigned const first = byte(0), second = byte(1);
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if ((first & 0xf0u) == 0xe0u) {
        bool const overlong = first == 0xe0 && second < 0xa0;
        bool const surrogate = first == 0xed && second > 0x9f;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool const overlong = first == 0xf0 && second < 0x90;
        bool const too_large = first == 0xf4 && second > 0x8f;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

}  // namespace

bool valid_utf8(std::string_view const text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 8 && ascii_block(text.data() + at)) {
            at += 8;
        } else if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
        } else {
            std::size_t const n = sequence(text.substr(at));
            if (n == 0) return false;
            at += n;
        }
    }
    return true;
}

bool fits_xml(std::string_view const text) noexcept {
    for (char const c : text) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    }
    return text.find("\xef\xbf\xbe") == std::string_view::npos && text.find("\xef\xbf\xbf") == std::string_view::npos;
}

}  // namespace sluice::inline v0::base
