#include "http/quoted.hpp"

namespace sluice::inline v0::http {

std::string quoted(std::string_view raw) {
    static constexpr std::size_t shown = 80;
    static constexpr char digits[] = "0123456789abcdef";
    std::string text = "\"";
    for (char const c : raw.substr(0, shown)) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\r') {
            text += "\\r";
        } else if (c == '\n') {
            text += "\\n";
        } else if (byte < 0x20 || byte >= 0x7f) {
            text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        } else {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
    }
    return text + (raw.size() > shown ? "\"..." : "\"");
}

}  // namespace sluice::inline v0::http
