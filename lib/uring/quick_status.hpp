#pragma once

struct statx;

namespace sluice::inline v0::uring {

/// What the system knows of an open file without waiting for a disk or a server: that it has such a file open is enough for it to know,
/// where the file is on a block device of this machine. False elsewhere (what a server told some time ago may no longer be true), and
/// when it fails.
bool quick_status(int fd, struct ::statx& into) noexcept;

}  // namespace sluice::inline v0::uring
