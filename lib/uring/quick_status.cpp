#include "uring/quick_status.hpp"

#include "uring/file_status.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace sluice::inline v0::uring {

// Network file systems, those of user space and those in memory have device numbers without a major.
bool quick_status(int fd, struct ::statx& into) noexcept {
    return ::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, status_mask, &into) == 0 && into.stx_dev_major != 0;
}

}  // namespace sluice::inline v0::uring
