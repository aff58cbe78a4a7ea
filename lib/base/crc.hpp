#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Cyclic redundancy checks, reflected, with all bits set before and inverted after, as zip, iSCSI and NVMe have them. A value is what the
// bytes so far come to; no bytes at all come to 0.
namespace sluice::inline v0::base {

enum class crc_kind : std::uint8_t {
    crc32,      ///< polynomial 04C11DB7
    crc32c,     ///< 1EDC6F41
    crc64nvme,  ///< AD93D23594C93659
};

/// What `crc` becomes when `data` follows.
std::uint64_t crc_extend(crc_kind kind, std::uint64_t crc, std::span<std::byte const> data) noexcept;

/// What two stretches come to together: `a` of the first, `b` of the second, which has `length` bytes.
std::uint64_t crc_combine(crc_kind kind, std::uint64_t a, std::uint64_t b, std::uint64_t length) noexcept;

/// `crc_extend` of crc64nvme without the processor's carry-less multiplication.
std::uint64_t crc64nvme_by_table(std::uint64_t crc, std::span<std::byte const> data) noexcept;

}  // namespace sluice::inline v0::base
