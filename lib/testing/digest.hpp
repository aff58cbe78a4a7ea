#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// Raw digests; the server's own, so that a mistake in the library's cannot agree with itself.
std::string sha256(std::string_view data);
std::string md5(std::string_view data);
std::string sha1(std::string_view data);
/// Highest byte first.
std::string crc32(std::string_view data);
std::string crc32c(std::string_view data);
std::string crc64nvme(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Lower-case.
std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
/// Nothing unless `text` is exactly what `base64` would make of some bytes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice::inline v0::testing
