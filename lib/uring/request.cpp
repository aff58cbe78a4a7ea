#include "uring/request.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

namespace sluice::inline v0::uring {

namespace {

constexpr std::array<std::string_view, 24> names{"openat2",  "close",     "statx",     "read",      "write",      "readv",
                                                 "writev",   "fsync",     "fdatasync", "fallocate", "renameat2",  "linkat",
                                                 "unlinkat", "mkdirat",   "fadvise",   "ftruncate", "getdents64", "copy_file_range",
                                                 "flock",    "readahead", "fstatfs",   "lseek",     "fchmod",     "futimens"};
static_assert(names.size() == static_cast<std::size_t>(opcode::set_modified) + 1);

// The kernel moves no more in one call (MAX_RW_COUNT), and a result has 31 bits.
constexpr std::uint64_t most = 0x7ffff000;

}  // namespace

std::string_view to_string(opcode what) noexcept { return names[static_cast<std::size_t>(what)]; }

request request::open(int directory, char const* path, std::uint64_t flags, std::uint64_t mode, std::uint64_t resolve) noexcept {
    request r(opcode::open);
    r.fd = directory, r.path = path, r.offset = flags, r.mode = mode, r.resolve = resolve;
    return r;
}

request request::close(int fd) noexcept {
    request r(opcode::close);
    r.fd = fd;
    return r;
}

request request::status(int directory, char const* path, int flags, unsigned mask, struct ::statx* into) noexcept {
    request r(opcode::status);
    r.fd = directory, r.path = path, r.flags = static_cast<unsigned>(flags), r.mode = mask, r.memory = into;
    return r;
}

request request::read(int fd, std::span<std::byte> into, std::uint64_t offset) noexcept {
    request r(opcode::read);
    r.fd = fd, r.memory = into.data(), r.length = std::min<std::uint64_t>(into.size(), most), r.offset = offset;
    return r;
}

// The kernel's structures know no const; what is written from stays as it is.
request request::write(int fd, std::span<std::byte const> from, std::uint64_t offset) noexcept {
    request r(opcode::write);
    r.fd = fd, r.memory = const_cast<std::byte*>(from.data()), r.length = std::min<std::uint64_t>(from.size(), most), r.offset = offset;
    return r;
}

request request::read(int fd, std::span<iovec const> into, std::uint64_t offset) noexcept {
    request r(opcode::read_vector);
    r.fd = fd, r.memory = const_cast<iovec*>(into.data()), r.length = into.size(), r.offset = offset;
    return r;
}

request request::write(int fd, std::span<iovec const> from, std::uint64_t offset) noexcept {
    request r(opcode::write_vector);
    r.fd = fd, r.memory = const_cast<iovec*>(from.data()), r.length = from.size(), r.offset = offset;
    return r;
}

request request::sync(int fd) noexcept {
    request r(opcode::sync);
    r.fd = fd;
    return r;
}

request request::sync_data(int fd) noexcept {
    request r(opcode::sync_data);
    r.fd = fd;
    return r;
}

request request::allocate(int fd, int mode, std::uint64_t offset, std::uint64_t length) noexcept {
    request r(opcode::allocate);
    r.fd = fd, r.flags = static_cast<unsigned>(mode), r.offset = offset, r.length = length;
    return r;
}

request request::rename(int from, char const* name, int to, char const* new_name, unsigned flags) noexcept {
    request r(opcode::rename);
    r.fd = from, r.path = name, r.fd2 = to, r.path2 = new_name, r.flags = flags;
    return r;
}

request request::link(int from, char const* name, int to, char const* new_name, int flags) noexcept {
    request r(opcode::link);
    r.fd = from, r.path = name, r.fd2 = to, r.path2 = new_name, r.flags = static_cast<unsigned>(flags);
    return r;
}

request request::unlink(int directory, char const* name, int flags) noexcept {
    request r(opcode::unlink);
    r.fd = directory, r.path = name, r.flags = static_cast<unsigned>(flags);
    return r;
}

request request::make_directory(int directory, char const* name, mode_t mode) noexcept {
    request r(opcode::make_directory);
    r.fd = directory, r.path = name, r.mode = mode;
    return r;
}

request request::advise(int fd, std::uint64_t offset, std::uint64_t length, int advice) noexcept {
    request r(opcode::advise);
    r.fd = fd, r.offset = offset, r.length = length, r.flags = static_cast<unsigned>(advice);
    return r;
}

request request::resize(int fd, std::uint64_t size) noexcept {
    request r(opcode::resize);
    r.fd = fd, r.length = size;
    return r;
}

request request::entries(int fd, std::span<std::byte> into) noexcept {
    request r(opcode::entries);
    r.fd = fd, r.memory = into.data(), r.length = std::min<std::uint64_t>(into.size(), most);
    return r;
}

request request::copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset, std::uint64_t length) noexcept {
    request r(opcode::copy_range);
    r.fd = from, r.offset = from_offset, r.fd2 = to, r.offset2 = to_offset, r.length = std::min<std::uint64_t>(length, 1u << 30);
    return r;
}

request request::lock(int fd, int how) noexcept {
    request r(opcode::lock);
    r.fd = fd, r.flags = static_cast<unsigned>(how);
    return r;
}

request request::read_ahead(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
    request r(opcode::read_ahead);
    r.fd = fd, r.offset = offset, r.length = length;
    return r;
}

request request::file_system(int fd, std::uint64_t* type) noexcept {
    request r(opcode::file_system);
    r.fd = fd, r.memory = type;
    return r;
}

request request::rewind(int fd, std::uint64_t position) noexcept {
    request r(opcode::rewind);
    r.fd = fd, r.offset = position;
    return r;
}

request request::set_mode(int fd, unsigned mode) noexcept {
    request r(opcode::set_mode);
    r.fd = fd, r.mode = mode;
    return r;
}

request request::set_modified(int fd, std::int64_t nanoseconds) noexcept {
    request r(opcode::set_modified);
    r.fd = fd, r.offset = static_cast<std::uint64_t>(nanoseconds);
    return r;
}

}  // namespace sluice::inline v0::uring
