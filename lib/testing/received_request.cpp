#include <sluice/testing/script_server.hpp>

#include <algorithm>

namespace sluice::inline v0::testing {

std::string_view received_request::header(std::string_view const name) const noexcept {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    auto const same = [&](std::string_view other) {
        return std::ranges::equal(name, other, [&](char a, char b) { return lower(a) == lower(b); });
    };
    for (auto const& [field, value] : headers)
        if (same(field)) return value;
    return {};
}

}  // namespace sluice::inline v0::testing
