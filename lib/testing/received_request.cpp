#include "testing/http_reader.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {

bool same_name(std::string_view const a, std::string_view const b) noexcept {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view received_request::header(std::string_view const name) const noexcept {
    for (auto const& [field, value] : headers)
        if (same_name(field, name)) return value;
    return {};
}

}  // namespace sluice::inline v0::testing
