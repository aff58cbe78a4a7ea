#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::inline v0::cli {

/// One character of a text that need not be UTF-8. (The library only checks texts, in lib/base/utf8; a unit test holds the two together.)
struct character {
    char32_t code;       ///< the code point; for a broken byte a value above every code point, different for each byte
    std::size_t length;  ///< bytes it takes, at least 1
    bool valid;
};

/// The character at `at`, which must be inside `text`. Overlong forms, surrogates and values above U+10FFFF are broken bytes.
character character_at(std::string_view text, std::size_t at) noexcept;

}  // namespace sluice::inline v0::cli
