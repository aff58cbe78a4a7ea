#pragma once

#include "http/response_head.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Answers to reads of ranges (RFC 9110 14). Pure.
namespace sluice::inline v0::cloud {

/// The value of Range for `range`; empty for the whole. A range of length 0 asks for the one byte at its place, whose answer
/// tells the size; `last` 0 asks for the first.
std::string range_value(byte_range range);

/// A Content-Range: "bytes 0-99/1000", or "bytes */1000" of an answer 416.
struct content_range {
    bool satisfied = false;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total;  ///< none for "*"
};

/// Nothing for anything else, also for numbers that do not fit or contradict each other.
std::optional<content_range> parse_content_range(std::string_view value) noexcept;

/// The body a good answer to a read announces.
struct opened_range {
    std::uint64_t size = 0;    ///< of the whole object
    resolved_range range;      ///< of the bytes asked for; shorter than the body only when 0 bytes were asked for
    std::uint64_t length = 0;  ///< of the body
};

/// Checks a 200 or 206 against the Range that was sent. Whatever is not exactly the range that was asked for is refused: a part at the
/// wrong place is worse than an error. 200 is taken only where the whole object is what was asked for.
/// Errors: protocol.
result<opened_range> check_read_answer(byte_range asked, http::response_head const& head);

/// The rest of a body that broke off must come from an object of the same size, and from its place. Errors: protocol.
result<void> check_resumed(opened_range const& fresh, resolved_range rest, std::uint64_t size);

}  // namespace sluice::inline v0::cloud
