#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sluice::inline v0::transfer {

/// A file on the local disk, every call on the context's blocking pool.
///
/// Cancel: a call that has begun finishes first, since it touches the caller's memory. Errors: result; the texts name path and cause.
class local_file {
public:
    local_file() noexcept {}
    local_file(local_file&& other) noexcept;
    local_file& operator=(local_file&& other) noexcept;
    ~local_file();  // closes; an unpublished temporary is removed

    static awaitable<result<local_file>> open_to_read(std::string path);
    /// A new file beside `path`, hidden by its name, that `publish` renames to `path`.
    static awaitable<result<local_file>> create_beside(std::string path);

    std::uint64_t size() const noexcept { return size_; }  ///< when it was opened
    awaitable<result<void>> read(std::uint64_t offset, std::span<std::byte> into);
    awaitable<result<void>> write(std::uint64_t offset, std::span<std::byte const> from);
    /// Flushes to the disk, gives the mode the umask asks for, and renames: `path` is now this file, whole.
    awaitable<result<void>> publish();

private:
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    unsigned mode_ = 0600;  ///< of the published file
    std::string path_, temporary_;
};

}  // namespace sluice::inline v0::transfer
