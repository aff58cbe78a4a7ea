#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7); the two obsolete forms are read as well.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) noexcept;
std::string format_http_date(std::chrono::system_clock::time_point when);

/// "2026-01-02T03:04:05.000Z" as S3 lists it.
std::optional<std::chrono::system_clock::time_point> parse_iso8601(std::string_view text) noexcept;
std::string format_iso8601(std::chrono::system_clock::time_point when);

}  // namespace sluice::inline v0::base
