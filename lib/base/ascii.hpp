#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// Letters of protocols: A to Z, whatever the locale says.
namespace sluice::inline v0::base {

constexpr char lower(char const c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower(std::string_view const text) {
    std::string all(text);
    std::ranges::transform(all, all.begin(), [](char c) { return lower(c); });
    return all;
}

constexpr bool equal_ignoring_case(std::string_view const a, std::string_view const b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace sluice::inline v0::base
