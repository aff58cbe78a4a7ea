#pragma once

#include "base/crc.hpp"
#include "base/hash.hpp"

#include <sluice/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

/// Nothing for the digests of SHA, which cannot be put together from those of parts.
std::optional<crc_kind> crc_of(checksum_algorithm algorithm) noexcept;

/// "CRC64NVME", "CRC32C", "CRC32", "SHA256", "SHA1".
std::string_view name_of(checksum_algorithm algorithm) noexcept;

/// How services write a CRC: base64 of its bytes, highest first.
std::string crc_text(crc_kind kind, std::uint64_t crc);

/// A checksum of bytes that come piece by piece.
class checksum_stream {
public:
    explicit checksum_stream(checksum_algorithm algorithm);

    checksum_algorithm algorithm() const noexcept { return algorithm_; }
    void update(std::span<std::byte const> data) noexcept;
    /// As text; nothing may follow.
    std::string finish();
    /// So far; 0 for SHA.
    std::uint64_t crc() const noexcept { return crc_; }

private:
    checksum_algorithm algorithm_;
    std::optional<crc_kind> kind_;
    std::uint64_t crc_ = 0;
    std::optional<sha_stream> sha_;
};

}  // namespace sluice::inline v0::base
