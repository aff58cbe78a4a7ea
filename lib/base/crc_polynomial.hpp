#pragma once

#include <cstdint>

// Arithmetic of polynomials over GF(2) modulo a CRC's own, bits reflected: the highest bit of the width stands for x^0.
namespace sluice::inline v0::base {

struct crc_field {
    unsigned width;
    std::uint64_t polynomial;  ///< reflected

    constexpr std::uint64_t one() const noexcept { return std::uint64_t{1} << (width - 1); }

    constexpr std::uint64_t times_x(std::uint64_t a) const noexcept { return (a & 1) != 0 ? (a >> 1) ^ polynomial : a >> 1; }

    constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const noexcept {
        std::uint64_t product = 0;
        for (std::uint64_t bit = one(); bit != 0; bit >>= 1) {
            if ((a & bit) != 0) product ^= b;
            b = times_x(b);
        }
        return product;
    }

    /// x to the power of `n`.
    constexpr std::uint64_t power(std::uint64_t n) const noexcept {
        std::uint64_t result = one();
        for (std::uint64_t square = times_x(one()); n != 0; n >>= 1) {
            if ((n & 1) != 0) result = multiply(result, square);
            square = multiply(square, square);
        }
        return result;
    }
};

inline constexpr crc_field crc32_field{32, 0xEDB88320};
inline constexpr crc_field crc32c_field{32, 0x82F63B78};
inline constexpr crc_field crc64nvme_field{64, 0x9A6C9329AC4BC9B5};

}  // namespace sluice::inline v0::base
