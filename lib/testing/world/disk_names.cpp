// What gives names, and takes them.
#include "testing/world/disk_calls.hpp"

#include <fcntl.h>
#include <linux/fs.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

constexpr std::string_view open_files = "/proc/self/fd/";

}  // namespace

std::int32_t disk_calls::make_directory(uring::request const& r, std::int64_t const now) {
    found there;
    if (std::int32_t const error = place_of(r.fd, r.path, 0, there); error != 0) return error;
    if (there.node) return -EEXIST;
    if (there.folder->links == 0) return -ENOENT;
    disk_file made = tree_.make(true, static_cast<unsigned>(r.mode) & ~umask_here & 07777, now);
    tree_.change({{there.folder, there.name, std::move(made)}}, now);
    return 0;
}

std::int32_t disk_calls::unlink(uring::request const& r, std::int64_t const now) {
    found there;
    if (std::int32_t const error = place_of(r.fd, r.path, 0, there); error != 0) return error;
    if (!there.node) return -ENOENT;
    bool const wants_folder = (r.flags & AT_REMOVEDIR) != 0;
    if (wants_folder != there.node->folder) return wants_folder ? -ENOTDIR : -EISDIR;
    if (there.node->folder && !there.node->now.empty()) return -ENOTEMPTY;
    tree_.change({{there.folder, there.name, nullptr}}, now);
    return 0;
}

std::int32_t disk_calls::link(uring::request const& r, std::int64_t const now) {
    std::string_view const path = r.path;
    found from, to;
    if (path.starts_with(open_files)) {
        int fd = -1;
        std::from_chars(path.data() + open_files.size(), path.data() + path.size(), fd);
        open_file const file = at(fd);
        if (!file) return -ENOENT;
        from.node = file->node;
        bool const removed = from.node->links == 0 && !is_unnamed(file->flags);
        if (removed) return -ENOENT;
    } else if (std::int32_t const error = place_of(r.fd, path, 0, from); error != 0) {
        return error;
    }
    if (std::int32_t const error = place_of(r.fd2, r.path2, 0, to); error != 0) return error;
    if (!from.node) return -ENOENT;
    if (from.node->folder) return -EPERM;
    if (to.node) return -EEXIST;
    if (to.folder->links == 0) return -ENOENT;
    tree_.change({{to.folder, to.name, from.node}}, now);
    return 0;
}

std::int32_t disk_calls::rename(uring::request const& r, std::int64_t const now) {
    found from, to;
    if (std::int32_t const error = place_of(r.fd, r.path, 0, from); error != 0) return error;
    if (std::int32_t const error = place_of(r.fd2, r.path2, 0, to); error != 0) return error;
    if (!from.node) return -ENOENT;
    if (to.folder->links == 0) return -ENOENT;
    if (r.flags == RENAME_NOREPLACE && to.node) return -EEXIST;
    if (r.flags == RENAME_EXCHANGE) {
        if (!to.node) return -ENOENT;
        tree_.change({{from.folder, from.name, to.node}, {to.folder, to.name, from.node}}, now);
        return 0;
    }
    if (to.node == from.node) return 0;  // two names of one file: both stay
    if (to.node && to.node->folder != from.node->folder) return to.node->folder ? -EISDIR : -ENOTDIR;
    if (to.node && to.node->folder && !to.node->now.empty()) return -ENOTEMPTY;
    tree_.change({{from.folder, from.name, nullptr}, {to.folder, to.name, from.node}}, now);
    return 0;
}

}  // namespace sluice::inline v0::testing
