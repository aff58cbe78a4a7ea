#pragma once

#include <sluice/byte_range.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::cli {

/// "4096", "64K", "64KiB" (all powers of 1024), "64KB" (powers of 1000), up to T; letter case ignored. Nothing for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// "30" and "30s", "500ms", "1.5m", "2h". Nothing for anything else, also below zero.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept;

/// "A-B" (both included, from 0), "A-" (to the end), "-N" (the last N bytes), as in HTTP.
std::optional<byte_range> parse_range(std::string_view text) noexcept;

/// "17 B", "1.5 KiB", "320.0 MiB".
std::string size_text(std::uint64_t bytes);

}  // namespace sluice::inline v0::cli
