#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// Texts of documents that others wrote.
namespace sluice::inline v0::auth {

/// What may stand in a header: a key that could not be sent would be told apart only by the service, much later.
inline bool is_plain(std::string_view const text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// A service's words as part of a line of ours.
inline std::string bounded(std::string text) {
    text.resize(std::min<std::size_t>(text.size(), 300));
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return text;
}

}  // namespace sluice::inline v0::auth
