// Keys: UTF-8 against a naive decoder; what is taken as a path stays below its root.
#include "input.hpp"

#include "backend/file/key_path.hpp"
#include "base/utf8.hpp"
#include "store/check.hpp"
#include "store/partial_name.hpp"

using namespace sluice;

namespace {

/// Character by character into numbers, which are then looked at.
bool naive_utf8(std::string_view const text, bool& fits_xml) {
    fits_xml = true;
    for (std::size_t i = 0; i < text.size();) {
        auto const first = static_cast<unsigned char>(text[i]);
        std::size_t const size = first < 0x80 ? 1 : (first >> 5) == 6 ? 2 : (first >> 4) == 14 ? 3 : (first >> 3) == 30 ? 4 : 0;
        if (size == 0 || i + size > text.size()) return false;
        std::uint32_t code = size == 1 ? first : first & (0x7fu >> size);
        for (std::size_t j = 1; j < size; ++j) {
            auto const byte = static_cast<unsigned char>(text[i + j]);
            if (byte >> 6 != 2) return false;
            code = code << 6 | (byte & 0x3fu);
        }
        std::uint32_t const least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
        if ((code < 0x20 && code != 9 && code != 10 && code != 13) || code == 0xfffe || code == 0xffff) fits_xml = false;
        i += size;
    }
    return true;
}

void check_path(std::string_view const key) {
    auto const path = file::path_of(key);
    if (!path) return;
    fuzz::must(path->whole() == key && !key.starts_with('/') && !key.ends_with('/'), "the key itself");
    for (std::size_t at = 0; at <= key.size();) {
        std::string_view const name = key.substr(at, key.find('/', at) - at);
        fuzz::must(!name.empty() && name != "." && name != ".." && name.size() <= 255, "names of files and folders only");
        at += name.size() + 1;
    }
    auto const written = file::path_to_write(key);
    fuzz::must(written.has_value() == !store::is_partial_name(path->name), "no name of a half-written file");
}

}  // namespace

void fuzz::run(input in) {
    std::string_view const text = in.rest();
    bool fits = false;
    bool const sound = naive_utf8(text, fits);
    must(base::valid_utf8(text) == sound, "UTF-8");
    must(!sound || base::fits_xml(text) == fits, "what XML can carry");
    bool const is_key = sound && !text.empty() && text.size() <= 1024 && text.find('\0') == text.npos;
    must(store::check_key(text).has_value() == is_key, "a key");
    must(is_key || !file::path_of(text), "no path of what is no key");
    check_path(text);
    for (std::size_t at = 0; at < text.size() && at < 20; ++at)
        must(base::valid_utf8(text.substr(at)) == naive_utf8(text.substr(at), fits), "from anywhere");
}
