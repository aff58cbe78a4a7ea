#pragma once

#include "async/time_source.hpp"
#include "uring/descriptor.hpp"
#include "uring/file_status.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sluice::inline v0::uring {

class files;

enum class lock_kind : std::uint8_t { shared, exclusive };

/// An open file. Errors of all: `reason_of` the errno, with the path. Cancel: see `files`.
///
/// Lifetime: stays where it is, and the memory named stays valid, until the await completes.
/// Threads: any number of operations at once, by coroutines of the context it was opened on; `duplicate` for others.
class file {
public:
    file() noexcept {}
    explicit file(descriptor open) noexcept : open_(std::move(open)) {}

    bool is_open() const noexcept { return open_.is_open(); }
    descriptor& handle() noexcept { return open_; }
    descriptor const& handle() const noexcept { return open_; }
    std::string const& path() const noexcept { return open_.path(); }

    /// One call, which may move less than asked for; a read of 0 is the end of the file. At most 2 GiB - 4096.
    awaitable<result<std::size_t>> read_some(std::uint64_t offset, std::span<std::byte> into);
    awaitable<result<std::size_t>> write_some(std::uint64_t offset, std::span<std::byte const> from);
    awaitable<result<std::size_t>> read_some(std::uint64_t offset, std::span<iovec const> into);
    awaitable<result<std::size_t>> write_some(std::uint64_t offset, std::span<iovec const> from);

    /// Reads until `into` is full or the file ends: how much it was. `alignment` is that of a descriptor opened O_DIRECT.
    awaitable<result<std::size_t>> read_full(std::uint64_t offset, std::span<std::byte> into, std::size_t alignment = 1);
    awaitable<result<void>> write_full(std::uint64_t offset, std::span<std::byte const> from);

    awaitable<result<file_status>> status() { return open_.status(); }
    awaitable<result<void>> sync() { return open_.sync(); }
    awaitable<result<void>> sync_data();
    awaitable<result<void>> close() { return open_.close(); }

    /// `mode` as of fallocate(2); 0 makes room and lets the file grow. Errors: unsupported by some file systems.
    awaitable<result<void>> allocate(int mode, std::uint64_t offset, std::uint64_t length);
    awaitable<result<void>> resize(std::uint64_t size);
    /// At most 1 GiB a call, within the kernel; 0 at the end of this file. Errors: unsupported between some file systems.
    awaitable<result<std::size_t>> copy_some(std::uint64_t offset, file& to, std::uint64_t to_offset, std::uint64_t length);

    /// The lower twelve bits of the mode, whatever the umask says.
    awaitable<result<void>> set_mode(unsigned mode);
    /// As `file_status::modified`; the file system may keep less of it than nanoseconds.
    awaitable<result<void>> set_modified(std::int64_t nanoseconds);

    /// POSIX_FADV_*; a length of 0 is the rest of the file.
    awaitable<result<void>> advise(int advice, std::uint64_t offset = 0, std::uint64_t length = 0);
    awaitable<result<void>> read_ahead(std::uint64_t offset, std::uint64_t length);

    /// An advisory lock of the open file (flock), shared with duplicates, gone with the last of them. False: held by somebody else.
    awaitable<result<bool>> try_lock(lock_kind kind);
    /// Asks again, with growing pauses up to 50 ms, until it is had. Errors: timed_out.
    awaitable<result<void>> lock(lock_kind kind, async::time_point deadline);
    awaitable<result<void>> unlock();

    /// f_type of statfs(2).
    awaitable<result<std::uint64_t>> file_system();

    /// The same open file for coroutines of another context.
    result<file> duplicate(files& other) const;

private:
    descriptor open_;
};

}  // namespace sluice::inline v0::uring
