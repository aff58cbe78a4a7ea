#pragma once

#include <sluice/config.hpp>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

struct iovec;
struct statx;

namespace sluice::inline v0::uring {

/// The file system calls there are. Those up to `make_directory` have a form on the ring.
enum class opcode : std::uint8_t {
    open,            ///< openat2; the result is a descriptor
    close,           ///< the descriptor is gone, whatever the result
    status,          ///< statx
    read,            ///< pread; `offset` `current_position` reads what cannot be sought, a pipe
    write,           ///< pwrite
    read_vector,     ///< preadv
    write_vector,    ///< pwritev
    sync,            ///< fsync
    sync_data,       ///< fdatasync
    allocate,        ///< fallocate
    rename,          ///< renameat2
    link,            ///< linkat
    unlink,          ///< unlinkat
    make_directory,  ///< mkdirat
    advise,          ///< posix_fadvise (the ring's cuts the length to 32 bits)
    resize,          ///< ftruncate
    entries,         ///< getdents64; the result is a number of bytes, 0 at the end
    copy_range,      ///< copy_file_range
    lock,            ///< flock, never waiting
    read_ahead,      ///< readahead
    file_system,     ///< fstatfs; the result is 0 and f_type is in `memory`
    rewind,          ///< lseek to `offset`, for directories
    set_mode,        ///< fchmod
    set_modified,    ///< futimens: `offset` is nanoseconds since 1970, signed
};

constexpr bool has_ring_form(opcode what) noexcept { return what <= opcode::make_directory; }
SLUICE_API std::string_view to_string(opcode what) noexcept;

/// As an offset: where the descriptor stands.
inline constexpr std::uint64_t current_position = ~std::uint64_t{0};

/// One call with its arguments, as plain as the kernel takes it; a provider needs no more to do it, fake it or fail it.
///
/// Lifetime: owns nothing. Names and memory are the caller's and live until the await completes.
class SLUICE_API request {
public:
    static request open(int directory, char const* path, std::uint64_t flags, std::uint64_t mode, std::uint64_t resolve) noexcept;
    static request close(int fd) noexcept;
    static request status(int directory, char const* path, int flags, unsigned mask, struct ::statx* into) noexcept;
    static request read(int fd, std::span<std::byte> into, std::uint64_t offset) noexcept;
    static request write(int fd, std::span<std::byte const> from, std::uint64_t offset) noexcept;
    static request read(int fd, std::span<iovec const> into, std::uint64_t offset) noexcept;
    static request write(int fd, std::span<iovec const> from, std::uint64_t offset) noexcept;
    static request sync(int fd) noexcept;
    static request sync_data(int fd) noexcept;
    static request allocate(int fd, int mode, std::uint64_t offset, std::uint64_t length) noexcept;
    static request rename(int from, char const* name, int to, char const* new_name, unsigned flags) noexcept;
    static request link(int from, char const* name, int to, char const* new_name, int flags) noexcept;
    static request unlink(int directory, char const* name, int flags) noexcept;
    static request make_directory(int directory, char const* name, mode_t mode) noexcept;
    static request advise(int fd, std::uint64_t offset, std::uint64_t length, int advice) noexcept;
    static request resize(int fd, std::uint64_t size) noexcept;
    static request entries(int fd, std::span<std::byte> into) noexcept;
    static request copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset, std::uint64_t length) noexcept;
    static request lock(int fd, int how) noexcept;
    static request read_ahead(int fd, std::uint64_t offset, std::uint64_t length) noexcept;
    static request file_system(int fd, std::uint64_t* type) noexcept;
    static request rewind(int fd, std::uint64_t position) noexcept;
    static request set_mode(int fd, unsigned mode) noexcept;
    static request set_modified(int fd, std::int64_t nanoseconds) noexcept;

    opcode what;
    int fd = -1;   ///< a file, or the directory `path` is relative to
    int fd2 = -1;  ///< where to: `rename`, `link`, `copy_range`
    unsigned flags = 0;
    char const* path = nullptr;
    char const* path2 = nullptr;
    void* memory = nullptr;  ///< what is read into or written from; iovecs of the vector forms; the answer of `status`
    std::uint64_t length = 0;
    std::uint64_t offset = 0;
    std::uint64_t offset2 = 0;
    std::uint64_t mode = 0;
    std::uint64_t resolve = 0;

private:
    explicit request(opcode o) noexcept : what(o) {}
};

}  // namespace sluice::inline v0::uring
