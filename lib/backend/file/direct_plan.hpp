#pragma once

#include "uring/alignment.hpp"

#include <cstddef>
#include <cstdint>

namespace sluice::inline v0::file {

inline constexpr std::size_t direct_chunk = std::size_t{1} << 20;              ///< of what goes through an aligned buffer
inline constexpr std::size_t longest_direct = std::size_t{16} << 20;           ///< of one call
inline constexpr std::size_t worth_a_call_of_its_own = std::size_t{64} << 10;  ///< below it copying costs less than one more call

/// How the next bytes of a direct read come to the caller.
struct direct_step {
    bool straight;     ///< into his memory; else by way of a buffer, from the aligned range around them
    std::size_t size;  ///< how many
    friend bool operator==(direct_step const&, direct_step const&) = default;
};

/// The first step towards `size` bytes at `offset`, wanted at `memory`; `size` is not 0. Pure.
direct_step next_direct_step(uring::alignment align, void const* memory, std::uint64_t offset, std::size_t size) noexcept;

}  // namespace sluice::inline v0::file
