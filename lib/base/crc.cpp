#include "base/crc.hpp"

#include "base/crc64.hpp"
#include "base/crc_polynomial.hpp"

#include <isa-l/crc.h>

#include <algorithm>

namespace sluice::inline v0::base {

namespace {

/// ISA-L counts bytes in an int and inverts nothing; it does not write to its buffer, whatever its type says.
std::uint64_t extend_crc32c(std::uint64_t const crc, std::span<std::byte const> data) noexcept {
    constexpr std::size_t most = 1u << 30;
    auto state = ~static_cast<std::uint32_t>(crc);
    while (!data.empty()) {
        std::size_t const n = std::min(most, data.size());
        auto* const at = const_cast<unsigned char*>(reinterpret_cast<unsigned char const*>(data.data()));
        state = crc32_iscsi(at, static_cast<int>(n), state);
        data = data.subspan(n);
    }
    return static_cast<std::uint32_t>(~state);
}

crc_field const& field_of(crc_kind const kind) noexcept {
    if (kind == crc_kind::crc32) return crc32_field;
    return kind == crc_kind::crc32c ? crc32c_field : crc64nvme_field;
}

}  // namespace

std::uint64_t crc_extend(crc_kind const kind, std::uint64_t const crc, std::span<std::byte const> const data) noexcept {
    if (data.empty()) return crc;
    if (kind == crc_kind::crc32c) return extend_crc32c(crc, data);
    if (kind == crc_kind::crc64nvme) return extend_crc64nvme(crc, data);
    return crc32_gzip_refl(static_cast<std::uint32_t>(crc), reinterpret_cast<unsigned char const*>(data.data()), data.size());
}

std::uint64_t crc_combine(crc_kind const kind, std::uint64_t const a, std::uint64_t const b, std::uint64_t const length) noexcept {
    crc_field const& field = field_of(kind);
    // x^(8 * length): the power of eight bits is taken first, so that no length overflows
    std::uint64_t shift = field.one(), square = field.power(8);
    for (std::uint64_t n = length; n != 0; n >>= 1) {
        if ((n & 1) != 0) shift = field.multiply(shift, square);
        square = field.multiply(square, square);
    }
    return field.multiply(a, shift) ^ b;
}

}  // namespace sluice::inline v0::base
