#pragma once

#include <cstdint>

struct statx;

namespace sluice::inline v0::uring {

/// What to ask statx for.
extern unsigned const status_mask;

enum class file_kind : std::uint8_t { regular, directory, symbolic_link, other };

/// What statx tells.
struct file_status {
    file_status() noexcept {}
    explicit file_status(struct ::statx const& raw) noexcept;

    file_kind kind = file_kind::other;
    std::uint32_t permissions = 0;  ///< the lower twelve bits of the mode
    std::uint32_t links = 0;
    std::uint32_t owner = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::uint64_t blocks = 0;            ///< of 512 bytes
    std::int64_t modified = 0;           ///< nanoseconds since 1970
    std::int64_t changed = 0;            ///< the inode, in nanoseconds since 1970
    bool tells_alignment = false;        ///< whether the two below are known
    std::uint32_t memory_alignment = 0;  ///< for O_DIRECT; 0 when known: it cannot
    std::uint32_t offset_alignment = 0;
};

}  // namespace sluice::inline v0::uring
