#include "text/printable.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace sluice::inline v0::cli {

std::string printable(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        character const c = character_at(text, at);
        auto const byte = static_cast<unsigned char>(text[at]);
        bool const c1 = c.valid && c.code >= 0x80 && c.code < 0xa0;  // terminals obey these too
        if (c.valid && c.code == U'\n') {
            out += "\\n";
        } else if (c.valid && c.code == U'\t') {
            out += "\\t";
        } else if (c1) {
            out += {'\\', 'u', '0', '0', hex[c.code >> 4], hex[c.code & 15]};
        } else if (!c.valid || c.code < 0x20 || c.code == 0x7f) {
            out += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        } else {
            out += text.substr(at, c.length);
        }
        at += c.length;
    }
    return out;
}

bool is_web_url(std::string_view const text) {
    auto const begins = [text](std::string_view scheme) {
        auto const same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
        return text.size() >= scheme.size() && std::ranges::equal(text.substr(0, scheme.size()), scheme, same);
    };
    return begins("https://") || begins("http://");
}

std::string without_secrets(std::string_view uri) {
    if (is_web_url(uri)) uri = uri.substr(0, uri.find_first_of("?#"));
    std::size_t const scheme = uri.find("://");
    if (scheme == std::string_view::npos) return std::string(uri);
    std::size_t const host = scheme + 3;
    std::size_t const at = uri.substr(0, uri.find('/', host)).rfind('@');
    if (at == std::string_view::npos || at < host) return std::string(uri);
    return std::string(uri.substr(0, host)) + "..." + std::string(uri.substr(at));
}

std::string iso8601(wall_time when, bool millis) {
    auto const since = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
    auto const whole = std::chrono::floor<std::chrono::seconds>(since);
    std::time_t const seconds = whole.count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (millis)
        n += static_cast<std::size_t>(std::snprintf(text.data() + n, text.size() - n, ".%03d", static_cast<int>((since - whole).count())));
    return std::string(text.data(), n) + 'Z';
}

}  // namespace sluice::inline v0::cli
