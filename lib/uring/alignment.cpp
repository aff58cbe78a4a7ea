#include "uring/alignment.hpp"

#include <linux/magic.h>

#include <bit>
#include <string>

namespace sluice::inline v0::uring {

bool alignment::fits(void const* memory, std::uint64_t offset, std::uint64_t size) const noexcept {
    return ((offset | size) & (offset_ - 1)) == 0 && (reinterpret_cast<std::uintptr_t>(memory) & (memory_ - 1)) == 0;
}

result<alignment> direct_alignment(file_status const& status, std::uint64_t file_system, std::string_view path) {
    auto const refused = [&](char const* why) {
        return failure(errc::unsupported, "cannot read or write " + std::string(path) + " past the page cache: " + why);
    };
    if (status.kind != file_kind::regular) return refused("not a regular file");
    if (file_system == TMPFS_MAGIC || file_system == RAMFS_MAGIC || file_system == HUGETLBFS_MAGIC)
        return refused("its file system is memory");
    if (!status.tells_alignment) return alignment();
    if (status.memory_alignment == 0 || status.offset_alignment == 0) return refused("its file system cannot");
    bool const usable = std::has_single_bit(status.memory_alignment) && std::has_single_bit(status.offset_alignment);
    return usable ? alignment(status.memory_alignment, status.offset_alignment) : alignment();
}

awaitable<result<alignment>> direct_alignment(file& f) {
    result<file_status> const status = co_await f.status();
    if (!status) co_return status.error();
    result<std::uint64_t> const type = co_await f.file_system();
    if (!type) co_return type.error();
    co_return direct_alignment(*status, *type, f.path());
}

}  // namespace sluice::inline v0::uring
