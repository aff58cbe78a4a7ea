#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

using sha256_digest = std::array<std::byte, 32>;
using md5_digest = std::array<std::byte, 16>;

/// With digests fetched once (OpenSSL 3 looks algorithms up by name otherwise, at several times the cost of a short hash).
sha256_digest sha256(std::span<std::byte const> data) noexcept;
sha256_digest sha256(std::string_view text) noexcept;
md5_digest md5(std::span<std::byte const> data) noexcept;
sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view text) noexcept;

/// Lower case.
std::string hex(std::span<std::byte const> data);

std::string base64_encode(std::span<std::byte const> data);

}  // namespace sluice::inline v0::base
