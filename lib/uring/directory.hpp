#pragma once

#include "uring/file.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::uring {

enum class replacing : std::uint8_t { allowed, refused, exchange };

/// Whether `name` names something directly within a directory: not empty, ".", "..", no slash, no NUL.
bool is_plain_name(std::string_view name) noexcept;

/// An open directory; nothing named through it lies outside of it. `open` and `open_directory` take relative paths, which the kernel
/// resolves beneath it ("..", absolute ones and links that lead out are invalid_argument). All others take one plain name.
class directory {
public:
    directory() noexcept {}
    explicit directory(descriptor open) noexcept : open_(std::move(open)) {}

    bool is_open() const noexcept { return open_.is_open(); }
    descriptor& handle() noexcept { return open_; }
    std::string const& path() const noexcept { return open_.path(); }

    /// `flags` as of open(2), close-on-exec always. "." with O_TMPFILE makes a file without a name, which `link` names.
    awaitable<result<file>> open(std::string path, int flags, unsigned mode = 0666);
    awaitable<result<directory>> open_directory(std::string path);

    /// Of the name itself: a symbolic link is not followed.
    awaitable<result<file_status>> status(std::string name);
    awaitable<result<file_status>> status() { return open_.status(); }

    /// Errors: already_exists when `how` is refused; unsupported where the file system has no such rename.
    awaitable<result<void>> rename(std::string name, directory& to, std::string new_name, replacing how = replacing::allowed);
    /// Gives an open file a name. Errors: already_exists: a link never replaces.
    awaitable<result<void>> link(file& from, std::string new_name);
    awaitable<result<void>> remove(std::string name);  // Errors: invalid_argument for a directory
    /// For destructors: without waiting for the context, and without a word when it fails.
    void remove_now(std::string const& name) noexcept;
    awaitable<result<void>> remove_directory(std::string name);  // Errors: already_exists when it is not empty
    awaitable<result<void>> make_directory(std::string name, unsigned mode = 0777);

    /// What the directory says next, in the file system's order, to be walked by `entries`: 0 bytes at the end.
    awaitable<result<std::size_t>> read_entries(std::span<std::byte> into);
    /// The next `read_entries` starts at `position`: 0, or that of an entry.
    awaitable<result<void>> rewind(std::uint64_t position = 0);

    awaitable<result<void>> sync() { return open_.sync(); }
    awaitable<result<void>> close() { return open_.close(); }

private:
    awaitable<result<descriptor>> open_beneath(std::string path, int flags, unsigned mode);
    failure failed(std::string_view doing, std::string const& name, std::int32_t error) const;
    result<void> done(std::string_view doing, std::string const& name, std::int32_t answer) const;
    result<void> plain(std::string_view doing, std::string const& name) const;

    descriptor open_;
};

/// One entry of a directory.
struct entry {
    std::string_view name;  ///< in the buffer
    std::uint64_t inode = 0;
    std::uint64_t next = 0;  ///< for `directory::rewind`
    file_kind kind = file_kind::other;
    bool kind_known = false;  ///< some file systems do not say
};

/// Walks what `read_entries` filled: "." and ".." are left out.
class entries {
public:
    explicit entries(std::span<std::byte const> filled) noexcept : rest_(filled) {}
    /// False when there are no more.
    bool next(entry& into) noexcept;

private:
    std::span<std::byte const> rest_;
};

}  // namespace sluice::inline v0::uring
