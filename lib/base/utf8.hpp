#pragma once

#include <string_view>

namespace sluice::inline v0::base {

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. NUL is well-formed.
bool valid_utf8(std::string_view text) noexcept;

/// Whether XML 1.0 can carry `text` at all: no control characters but tab, LF and CR, no U+FFFE and U+FFFF. For valid UTF-8.
bool fits_xml(std::string_view text) noexcept;

}  // namespace sluice::inline v0::base
