#include "uring/file_status.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace sluice::inline v0::uring {

#ifdef STATX_DIOALIGN
unsigned const status_mask = STATX_BASIC_STATS | STATX_DIOALIGN;
#else
unsigned const status_mask = STATX_BASIC_STATS;
#endif

namespace {

std::int64_t nanoseconds(statx_timestamp const& t) noexcept { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

file_kind kind_of(unsigned mode) noexcept {
    if (S_ISREG(mode)) return file_kind::regular;
    if (S_ISDIR(mode)) return file_kind::directory;
    if (S_ISLNK(mode)) return file_kind::symbolic_link;
    return file_kind::other;
}

}  // namespace

file_status::file_status(struct ::statx const& raw) noexcept
    : kind(kind_of(raw.stx_mode)),
      permissions(raw.stx_mode & 07777u),
      links(raw.stx_nlink),
      owner(raw.stx_uid),
      device(makedev(raw.stx_dev_major, raw.stx_dev_minor)),
      inode(raw.stx_ino),
      size(raw.stx_size),
      blocks(raw.stx_blocks),
      modified(nanoseconds(raw.stx_mtime)),
      changed(nanoseconds(raw.stx_ctime)) {
#ifdef STATX_DIOALIGN
    tells_alignment = (raw.stx_mask & STATX_DIOALIGN) != 0;
    memory_alignment = raw.stx_dio_mem_align;
    offset_alignment = raw.stx_dio_offset_align;
#endif
}

}  // namespace sluice::inline v0::uring
