#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

/// RFC 3986 percent-encoding as AWS defines it: all but A-Z a-z 0-9 - . _ ~ become %XX; `/` stays when `keep_slash`.
void percent_encode(std::string& to, std::string_view text, bool keep_slash);
std::string percent_encode(std::string_view text, bool keep_slash = false);

/// Nothing when a % is not followed by two hexadecimal digits. `+` stays a plus.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace sluice::inline v0::base
