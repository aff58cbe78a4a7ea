#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

using unix_seconds = std::chrono::sys_seconds;

/// Percent encoding as SigV4 wants it: all but A-Z a-z 0-9 - . _ ~ and the bytes of `keep`, with upper-case hex.
std::string percent_encode(std::string_view text, std::string_view keep = {});
/// Nothing when a % is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
/// What listings with encoding-type=url do to keys: a form encoding, so a space becomes a plus, but * and / stay and ~ does not.
std::string listing_encode(std::string_view text);
/// For XML text: markup characters and every control byte become references, also those that XML 1.0 forbids, as S3 does.
std::string xml_escape(std::string_view text);
/// UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// "Fri, 24 May 2013 00:00:00 GMT".
std::string http_date(unix_seconds time);
std::optional<unix_seconds> parse_http_date(std::string_view text);
/// "2013-05-24T00:00:00.000Z".
std::string iso_date(unix_seconds time);
/// "20130524T000000Z".
std::optional<unix_seconds> parse_amz_date(std::string_view text);

}  // namespace sluice::inline v0::testing
