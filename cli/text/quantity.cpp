#include "text/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <system_error>

namespace sluice::inline v0::cli {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

/// The bytes one unit stands for, 0 when there is no such unit.
std::uint64_t unit_of(std::string_view unit) {
    if (unit.empty() || unit == "b") return 1;
    std::size_t const power = std::string_view("kmgt").find(unit.front()) + 1;
    std::string_view const rest = unit.substr(1);
    bool const binary = rest.empty() || rest == "i" || rest == "ib";
    if (power == 0 || (!binary && rest != "b")) return 0;
    std::uint64_t bytes = 1;
    for (std::size_t i = 0; i < power; ++i) bytes *= binary ? 1024u : 1000u;
    return bytes;
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
    std::uint64_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    std::size_t const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    std::optional<std::uint64_t> const count = parse_count(text.substr(0, digits));
    std::uint64_t const unit = unit_of(lower(text.substr(digits)));
    if (!count || unit == 0 || *count > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
    return *count * unit;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
    std::size_t const digits = std::min(text.find_first_not_of("0123456789."), text.size());
    double value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + digits, value, std::chars_format::fixed);
    if (problem != std::errc() || end != text.data() + digits) return std::nullopt;
    std::string_view const unit = text.substr(digits);
    double seconds = 0;
    if (unit.empty() || unit == "s")
        seconds = value;
    else if (unit == "ms")
        seconds = value / 1e3;
    else if (unit == "m")
        seconds = value * 60;
    else if (unit == "h")
        seconds = value * 3600;
    else
        return std::nullopt;
    if (seconds > 9e9) return std::nullopt;  // nanoseconds in 64 bits end at 292 years
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::optional<byte_range> parse_range(std::string_view text) noexcept {
    std::size_t const dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    std::string_view const before = text.substr(0, dash), behind = text.substr(dash + 1);
    std::optional<std::uint64_t> const first = parse_count(before), last = parse_count(behind);
    if (before.empty()) return last ? std::optional(byte_range::last(*last)) : std::nullopt;
    if (!first) return std::nullopt;
    if (behind.empty()) return byte_range::from(*first);
    if (!last || *last < *first || *last - *first == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return byte_range::bounded(*first, *last - *first + 1);
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1024) return std::to_string(bytes) + " B";
    static constexpr std::array<char const*, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return text.data();
}

}  // namespace sluice::inline v0::cli
