#pragma once

#include "testing/world/disk_tree.hpp"
#include "uring/request.hpp"

#include <sluice/testing/disk.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// The system calls of a simulated disk, as one program makes them: answers as the kernel does. Pure; nothing waits.
class disk_calls {
public:
    disk_calls(std::uint64_t seed, disk_options const& options);

    /// `now`: nanoseconds since 1970.
    std::int32_t perform(uring::request const& what, std::int64_t now);
    int close(int fd) noexcept;
    int duplicate(int fd);
    /// What the lengths of short transfers are multiples of: a block of the file system where the file is open O_DIRECT.
    std::size_t granularity(int fd) const;
    /// What the call is about, for who reads.
    std::string path_of(uring::request const& what) const;

    /// All that is open is closed; numbers are not given out again.
    void close_all() noexcept;
    disk_tree::losses cut_power();

    disk_tree& tree() noexcept { return tree_; }
    std::uint64_t open_count() const noexcept { return open_.size(); }

    struct found {
        disk_file folder;  ///< where the last name lies
        std::string name;  ///< empty: the path is that of `node`, "." or "/"
        disk_file node;    ///< null: not there
    };
    /// Walks a path. Not `beneath`: "/" and ".." lead wherever they do. Errors: minus an errno in `error`.
    std::optional<found> walk(disk_file from, std::string_view path, bool beneath, std::int32_t& error) const;

private:
    static constexpr unsigned umask_here = 022;

    static bool is_unnamed(std::uint64_t flags) noexcept;
    /// An open file description: shared by duplicates, as its lock and its place are.
    struct description {
        disk_file node;
        std::string path;
        std::uint64_t flags = 0;
        std::uint64_t place = 0;  // of a folder's list
        std::string made;         // what a file of /proc says
        bool is_made = false;
    };
    using open_file = std::shared_ptr<description>;

    std::int32_t open(uring::request const& r, std::int64_t now);
    std::int32_t open_made(std::string_view path);
    std::int32_t open_unnamed(disk_file const& folder, uring::request const& r, std::int64_t now);
    std::int32_t enter(open_file file);
    std::int32_t status(uring::request const& r) const;
    std::int32_t move(uring::request const& r, bool writes, std::int64_t now);
    std::int32_t read_at(description const& from, void* into, std::size_t length, std::uint64_t offset) const;
    std::int32_t write_at(description& to, void const* from, std::size_t length, std::uint64_t offset, std::int64_t now);
    std::int32_t sync(uring::request const& r);
    std::int32_t resize(uring::request const& r, std::uint64_t size, std::int64_t now);
    std::int32_t rename(uring::request const& r, std::int64_t now);
    std::int32_t link(uring::request const& r, std::int64_t now);
    std::int32_t unlink(uring::request const& r, std::int64_t now);
    std::int32_t make_directory(uring::request const& r, std::int64_t now);
    std::int32_t entries(uring::request const& r);
    std::int32_t copy_range(uring::request const& r, std::int64_t now);
    std::int32_t lock(uring::request const& r);

    open_file at(int fd) const;
    std::int32_t place_of(int fd, std::string_view path, std::uint64_t resolve, found& into) const;
    bool fits_direct(description const& file, void const* memory, std::size_t length, std::uint64_t offset) const noexcept;

    disk_options const options_;
    disk_tree tree_;
    std::map<int, open_file> open_;
    std::map<disk_node const*, std::map<description const*, bool>> locks_;  // true: exclusive
    int next_ = 1'000'000;                                                  // no descriptor of the system's
    std::string boot_;

    void unlock(description const* of) noexcept;
    void new_boot();
};

}  // namespace sluice::inline v0::testing
