#pragma once

#include "retry/retry_state.hpp"

#include <sluice/error.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace sluice::inline v0::retry {

/// The row for a failure of the transport (no answer, or an answer that broke off).
outcome classify(failure const& f) noexcept;

/// The row for an answer of an S3-like service: HTTP status and the code inside its error document, if any.
outcome classify(int status, std::string_view service_code) noexcept;

/// What that answer means to the caller when it is final.
errc reason_of(int status, std::string_view service_code) noexcept;

/// Retry-After: seconds or an HTTP date; nothing for garbage and for negative values.
std::optional<std::chrono::nanoseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now) noexcept;

}  // namespace sluice::inline v0::retry
