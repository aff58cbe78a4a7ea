#pragma once

#include "uring/file.hpp"

#include <cstddef>
#include <cstdint>

namespace sluice::inline v0::uring {

/// What a descriptor opened O_DIRECT asks for: powers of two.
class alignment {
public:
    alignment() noexcept {}
    alignment(std::uint32_t memory, std::uint32_t offset) noexcept : memory_(memory), offset_(offset) {}

    std::uint32_t memory() const noexcept { return memory_; }  ///< of addresses
    std::uint32_t offset() const noexcept { return offset_; }  ///< of offsets and lengths

    /// Whether one call can move these bytes as they are.
    bool fits(void const* memory, std::uint64_t offset, std::uint64_t size) const noexcept;

    friend bool operator==(alignment const&, alignment const&) = default;

private:
    std::uint32_t memory_ = 4096, offset_ = 4096;
};

constexpr std::uint64_t aligned_down(std::uint64_t n, std::uint64_t to) noexcept { return n & ~(to - 1); }
/// Wraps round within `to` of 2^64, where no file reaches.
constexpr std::uint64_t aligned_up(std::uint64_t n, std::uint64_t to) noexcept { return aligned_down(n + to - 1, to); }

/// The smallest aligned range that covers `size` bytes at `offset`: where it begins, how long it is, and how far in the bytes lie.
struct covering_range {
    covering_range(std::uint64_t offset, std::uint64_t size, std::uint64_t to) noexcept
        : begin(aligned_down(offset, to)),
          size(aligned_up(offset + size, to) - begin),
          skip(offset - begin) {}
    std::uint64_t begin, size, skip;
};

/// What a file that looks like this, on a file system of this type, asks for when opened O_DIRECT. Pure.
/// Errors: unsupported: not a regular file, one the kernel says it cannot, or a file system that takes the flag and ignores it.
result<alignment> direct_alignment(file_status const& status, std::uint64_t file_system, std::string_view path);
awaitable<result<alignment>> direct_alignment(file& f);

}  // namespace sluice::inline v0::uring
