#include "uring/prepare.hpp"

#include <sys/stat.h>

namespace sluice::inline v0::uring {

void prepare(io_uring_sqe& sqe, request const& r, open_how& how) noexcept {
    auto const length = static_cast<unsigned>(r.length);
    auto const offset = static_cast<off_t>(r.offset);
    int const flags = static_cast<int>(r.flags);
    switch (r.what) {
    case opcode::open:
        how = open_how{.flags = r.offset, .mode = r.mode, .resolve = r.resolve};
        return io_uring_prep_openat2(&sqe, r.fd, r.path, &how);
    case opcode::close: return io_uring_prep_close(&sqe, r.fd);
    case opcode::status:
        return io_uring_prep_statx(&sqe, r.fd, r.path, flags, static_cast<unsigned>(r.mode), static_cast<struct ::statx*>(r.memory));
    case opcode::read: return io_uring_prep_read(&sqe, r.fd, r.memory, length, r.offset);
    case opcode::write: return io_uring_prep_write(&sqe, r.fd, r.memory, length, r.offset);
    case opcode::read_vector: return io_uring_prep_readv(&sqe, r.fd, static_cast<iovec const*>(r.memory), length, r.offset);
    case opcode::write_vector: return io_uring_prep_writev(&sqe, r.fd, static_cast<iovec const*>(r.memory), length, r.offset);
    case opcode::sync: return io_uring_prep_fsync(&sqe, r.fd, 0);
    case opcode::sync_data: return io_uring_prep_fsync(&sqe, r.fd, IORING_FSYNC_DATASYNC);
    case opcode::allocate: return io_uring_prep_fallocate(&sqe, r.fd, flags, offset, static_cast<off_t>(r.length));
    case opcode::rename: return io_uring_prep_renameat(&sqe, r.fd, r.path, r.fd2, r.path2, r.flags);
    case opcode::link: return io_uring_prep_linkat(&sqe, r.fd, r.path, r.fd2, r.path2, flags);
    case opcode::unlink: return io_uring_prep_unlinkat(&sqe, r.fd, r.path, flags);
    case opcode::make_directory: return io_uring_prep_mkdirat(&sqe, r.fd, r.path, static_cast<mode_t>(r.mode));
    default: return io_uring_prep_nop(&sqe);  // not reached: `has_ring_form`
    }
}

}  // namespace sluice::inline v0::uring
