#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::inline v0::base {

/// CRC-64/NVME by whatever is fastest here.
std::uint64_t extend_crc64nvme(std::uint64_t crc, std::span<std::byte const> data) noexcept;

/// The same, one block in each multiplication; by the table where the processor has none that carries not.
std::uint64_t crc64nvme_by_folding(std::uint64_t crc, std::span<std::byte const> data) noexcept;

}  // namespace sluice::inline v0::base
