#include "uring/system_call.hpp"

#include "uring/next_step.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace sluice::inline v0::uring {

namespace {

off_t at(std::uint64_t offset) noexcept { return static_cast<off_t>(offset); }

long open(request const& r) noexcept {
    open_how how{};
    how.flags = r.offset, how.mode = r.mode, how.resolve = r.resolve;
    return ::syscall(SYS_openat2, r.fd, r.path, &how, sizeof how);
}

long read(request const& r) noexcept {
    return r.offset == current_position ? ::read(r.fd, r.memory, r.length) : ::pread(r.fd, r.memory, r.length, at(r.offset));
}

long write(request const& r) noexcept {
    return r.offset == current_position ? ::write(r.fd, r.memory, r.length) : ::pwrite(r.fd, r.memory, r.length, at(r.offset));
}

long copy_range(request const& r) noexcept {
    off_t from = at(r.offset), to = at(r.offset2);
    return ::copy_file_range(r.fd, &from, r.fd2, &to, r.length, 0);
}

long advise(request const& r) noexcept {
    errno = ::posix_fadvise(r.fd, at(r.offset), at(r.length), static_cast<int>(r.flags));
    return errno == 0 ? 0 : -1;
}

long file_system(request const& r) noexcept {
    struct statfs about {};
    if (::fstatfs(r.fd, &about) != 0) return -1;
    *static_cast<std::uint64_t*>(r.memory) = static_cast<std::uint64_t>(about.f_type);
    return 0;
}

long set_modified(request const& r) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    auto const when = static_cast<std::int64_t>(r.offset);
    std::int64_t const part = (when % second + second) % second;  // of times before 1970, too, the nanoseconds count forwards
    timespec const times[2] = {{0, UTIME_OMIT}, {(when - part) / second, part}};
    return ::futimens(r.fd, times);
}

long once(request const& r) noexcept {
    int const flags = static_cast<int>(r.flags);
    switch (r.what) {
    case opcode::open: return open(r);
    case opcode::close: return ::close(r.fd);
    case opcode::status: return ::statx(r.fd, r.path, flags, static_cast<unsigned>(r.mode), static_cast<struct ::statx*>(r.memory));
    case opcode::read: return read(r);
    case opcode::write: return write(r);
    case opcode::read_vector: return ::preadv(r.fd, static_cast<iovec const*>(r.memory), static_cast<int>(r.length), at(r.offset));
    case opcode::write_vector: return ::pwritev(r.fd, static_cast<iovec const*>(r.memory), static_cast<int>(r.length), at(r.offset));
    case opcode::sync: return ::fsync(r.fd);
    case opcode::sync_data: return ::fdatasync(r.fd);
    case opcode::allocate: return ::fallocate(r.fd, flags, at(r.offset), at(r.length));
    case opcode::rename: return ::renameat2(r.fd, r.path, r.fd2, r.path2, r.flags);
    case opcode::link: return ::linkat(r.fd, r.path, r.fd2, r.path2, flags);
    case opcode::unlink: return ::unlinkat(r.fd, r.path, flags);
    case opcode::make_directory: return ::mkdirat(r.fd, r.path, static_cast<mode_t>(r.mode));
    case opcode::advise: return advise(r);
    case opcode::resize: return ::ftruncate(r.fd, at(r.length));
    case opcode::entries: return ::syscall(SYS_getdents64, r.fd, r.memory, r.length);
    case opcode::copy_range: return copy_range(r);
    case opcode::lock: return ::flock(r.fd, flags | LOCK_NB);
    case opcode::read_ahead: return ::readahead(r.fd, at(r.offset), r.length);
    case opcode::file_system: return file_system(r);
    case opcode::rewind: return ::lseek(r.fd, at(r.offset), SEEK_SET) < 0 ? -1 : 0;
    case opcode::set_mode: return ::fchmod(r.fd, static_cast<mode_t>(r.mode));
    case opcode::set_modified: return set_modified(r);
    }
    errno = ENOSYS;
    return -1;
}

}  // namespace

std::int32_t system_call(request const& r) noexcept {
    for (unsigned tries = 1;; ++tries) {
        long const n = once(r);
        std::int32_t const answer = n < 0 ? -errno : static_cast<std::int32_t>(n);
        if (next_step(r.what, answer, false, tries) != step::again) return answer;
    }
}

}  // namespace sluice::inline v0::uring
