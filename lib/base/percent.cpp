#include "base/percent.hpp"

#include <array>

namespace sluice::inline v0::base {

namespace {

constexpr std::array<bool, 256> unreserved = [] {
    std::array<bool, 256> table{};
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c + 32)] = true;
    for (char const c : {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '.', '_', '~'}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

int hex_value(char const c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

void percent_encode(std::string& to, std::string_view const text, bool const keep_slash) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::size_t done = 0;  // runs of plain characters are appended at once: most keys are nothing else
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (unreserved[c] || (keep_slash && c == '/')) continue;
        to.append(text, done, i - done);
        char const coded[] = {'%', digits[c >> 4], digits[c & 15]};
        to.append(coded, sizeof coded);
        done = i + 1;
    }
    to.append(text, done);
}

std::string percent_encode(std::string_view const text, bool const keep_slash) {
    std::string coded;
    percent_encode(coded, text, keep_slash);
    return coded;
}

std::optional<std::string> percent_decode(std::string_view const text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        int const high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

}  // namespace sluice::inline v0::base
