#include "text/json.hpp"

#include "text/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace sluice::inline v0::cli {

std::string json_string(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        character const c = character_at(text, at);
        if (!c.valid) {
            out += "\xef\xbf\xbd";
        } else if (c.code == U'"' || c.code == U'\\') {
            out += {'\\', text[at]};
        } else if (c.code == U'\n') {
            out += "\\n";
        } else if (c.code == U'\t') {
            out += "\\t";
        } else if (c.code < 0x20 || c.code == 0x7f) {
            out += {'\\', 'u', '0', '0', hex[c.code >> 4], hex[c.code & 15]};
        } else {
            out += text.substr(at, c.length);
        }
        at += c.length;
    }
    return out + '"';
}

std::string json_number(double value) {
    if (!std::isfinite(value)) return "null";
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

json_object& json_object::add_raw(std::string_view name, std::string_view json) {
    if (!fields_.empty()) fields_ += ", ";
    fields_ += json_string(name);
    fields_ += ": ";
    fields_ += json;
    return *this;
}

}  // namespace sluice::inline v0::cli
