#include "testing/world/disk_calls.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

constexpr std::string_view boot_path = "/proc/sys/kernel/random/boot_id", status_path = "/proc/thread-self/status";
constexpr std::size_t longest_name = 255;
constexpr std::uint64_t file_system_type = EXT4_SUPER_MAGIC;

statx_timestamp timestamp(std::int64_t const nanoseconds) noexcept {
    statx_timestamp t{};
    t.tv_sec = nanoseconds / 1'000'000'000;
    t.tv_nsec = static_cast<std::uint32_t>(nanoseconds % 1'000'000'000);
    return t;
}

}  // namespace

disk_calls::disk_calls(std::uint64_t const seed, disk_options const& options) : options_(options), tree_(seed) { new_boot(); }

bool disk_calls::is_unnamed(std::uint64_t const flags) noexcept { return (flags & O_TMPFILE) == O_TMPFILE; }

void disk_calls::new_boot() {
    char text[37];
    auto const a = tree_.luck().next(), b = tree_.luck().next();
    std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(a), static_cast<unsigned>(a >> 32 & 0xffff),
                  static_cast<unsigned>(a >> 48), static_cast<unsigned>(b & 0xffff), static_cast<unsigned long long>(b >> 16));
    boot_ = text;
}

void disk_calls::close_all() noexcept {
    open_.clear();
    locks_.clear();
}

disk_tree::losses disk_calls::cut_power() {
    close_all();
    new_boot();
    auto const keep_names = static_cast<unsigned>(tree_.luck().below(5));  // none and all among them
    auto const keep_bytes = static_cast<unsigned>(tree_.luck().below(5));
    return tree_.crash(options_.sector, keep_names, keep_bytes);
}

disk_calls::open_file disk_calls::at(int const fd) const {
    auto const found = open_.find(fd);
    return found == open_.end() ? nullptr : found->second;
}

std::int32_t disk_calls::enter(open_file file) {
    open_.emplace(next_, std::move(file));
    return next_++;
}

int disk_calls::close(int const fd) noexcept {
    auto const at = open_.find(fd);
    if (at == open_.end()) return -EBADF;
    if (at->second.use_count() == 1) unlock(at->second.get());
    open_.erase(at);
    return 0;
}

int disk_calls::duplicate(int const fd) {
    open_file there = at(fd);
    return there ? enter(std::move(there)) : -EBADF;
}

std::optional<disk_calls::found> disk_calls::walk(disk_file from, std::string_view path, bool const beneath, std::int32_t& error) const {
    disk_file const top = from;
    found all;
    all.node = path.starts_with('/') ? tree_.root() : std::move(from);
    if (beneath && path.starts_with('/')) return error = -EXDEV, std::nullopt;
    while (!path.empty()) {
        std::size_t const slash = path.find('/');
        std::string_view const name = path.substr(0, slash);
        path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
        if (name.empty()) continue;
        if (!all.node) return error = -ENOENT, std::nullopt;
        if (!all.node->folder) return error = -ENOTDIR, std::nullopt;
        if (name == ".") continue;
        if (name.size() > longest_name) return error = -ENAMETOOLONG, std::nullopt;
        if (name == "..") {
            if (beneath && all.node == top) return error = -EXDEV, std::nullopt;
            if (disk_file const above = all.node->above.lock()) all.node = above;
            all.name.clear();
            continue;
        }
        all.folder = all.node;
        all.name = name;
        all.node = disk_tree::find(*all.folder, name);
    }
    return all;
}

std::int32_t disk_calls::place_of(int const fd, std::string_view const path, std::uint64_t const resolve, found& into) const {
    open_file const from = at(fd);
    if (!from && !path.starts_with('/') && fd != AT_FDCWD) return -EBADF;
    std::int32_t error = 0;
    std::optional<found> there = walk(from ? from->node : tree_.root(), path, (resolve & RESOLVE_BENEATH) != 0, error);
    if (!there) return error;
    into = std::move(*there);
    return 0;
}

std::int32_t disk_calls::perform(uring::request const& r, std::int64_t const now) {
    using uring::opcode;
    switch (r.what) {
    case opcode::open: return open(r, now);
    case opcode::close: return close(r.fd);
    case opcode::status: return status(r);
    case opcode::read:
    case opcode::read_vector: return move(r, false, now);
    case opcode::write:
    case opcode::write_vector: return move(r, true, now);
    case opcode::sync:
    case opcode::sync_data: return sync(r);
    case opcode::allocate: return r.flags == 0 ? resize(r, r.offset + r.length, now) : -EOPNOTSUPP;
    case opcode::rename: return rename(r, now);
    case opcode::link: return link(r, now);
    case opcode::unlink: return unlink(r, now);
    case opcode::make_directory: return make_directory(r, now);
    case opcode::resize: return resize(r, r.length, now);
    case opcode::entries: return entries(r);
    case opcode::copy_range: return copy_range(r, now);
    case opcode::lock: return lock(r);
    default: break;
    }
    open_file const file = at(r.fd);
    if (!file) return -EBADF;
    if (r.what == opcode::file_system) *static_cast<std::uint64_t*>(r.memory) = file_system_type;
    if (r.what == opcode::rewind) file->place = r.offset;
    if (r.what == opcode::set_mode) file->node->mode = static_cast<unsigned>(r.mode & 07777);
    if (r.what == opcode::set_modified) file->node->modified = static_cast<std::int64_t>(r.offset);
    return 0;  // advice of any kind, too
}

std::string disk_calls::path_of(uring::request const& what) const {
    open_file const from = at(what.fd);
    std::string all = from ? from->path : std::string();
    if (what.path == nullptr || *what.path == '\0') return all;
    return *what.path == '/' ? std::string(what.path) : all + '/' + what.path;
}

std::int32_t disk_calls::open_made(std::string_view const path) {
    auto file = std::make_shared<description>();
    file->node = std::make_shared<disk_node>();
    file->path = path;
    file->is_made = true;
    char text[32];
    std::snprintf(text, sizeof text, "Name:\tworld\nUmask:\t%04o\n", umask_here);
    file->made = path == boot_path ? boot_ + '\n' : std::string(text);
    return enter(std::move(file));
}

std::int32_t disk_calls::open_unnamed(disk_file const& folder, uring::request const& r, std::int64_t const now) {
    if (!options_.unnamed_files) return -EOPNOTSUPP;
    if (!folder) return -ENOENT;
    if (!folder->folder) return -ENOTDIR;
    if (folder->links == 0) return -ENOENT;
    auto file = std::make_shared<description>();
    file->node = tree_.make(false, static_cast<unsigned>(r.mode) & ~umask_here, now);
    file->path = path_of(r);
    file->flags = r.offset;
    return enter(std::move(file));
}

std::int32_t disk_calls::open(uring::request const& r, std::int64_t const now) {
    std::string_view const path = r.path;
    if (path == boot_path || path == status_path) return open_made(path);
    found there;
    if (std::int32_t const error = place_of(r.fd, path, r.resolve, there); error != 0) return error;
    std::uint64_t const flags = r.offset;
    if (is_unnamed(flags)) return open_unnamed(there.node, r, now);
    bool const writes = (flags & O_ACCMODE) != O_RDONLY;
    if (there.node && (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return -EEXIST;
    if (there.node && there.node->folder && (writes || (flags & O_CREAT) != 0)) return -EISDIR;
    if (there.node && !there.node->folder && (flags & O_DIRECTORY) != 0) return -ENOTDIR;
    if (!there.node) {
        if ((flags & O_CREAT) == 0 || there.folder->links == 0) return -ENOENT;
        there.node = tree_.make(false, static_cast<unsigned>(r.mode) & ~umask_here, now);
        tree_.change({{there.folder, there.name, there.node}}, now);
    }
    auto file = std::make_shared<description>();
    file->node = there.node;
    file->path = path_of(r);
    file->flags = flags;
    if ((flags & O_TRUNC) != 0 && writes && there.node->content.size() != 0) there.node->content.resize(0);
    return enter(std::move(file));
}

std::int32_t disk_calls::status(uring::request const& r) const {
    disk_file node;
    if ((r.flags & AT_EMPTY_PATH) != 0 && *r.path == '\0') {
        open_file const file = at(r.fd);
        if (!file) return -EBADF;
        node = file->node;
    } else {
        found there;
        if (std::int32_t const error = place_of(r.fd, r.path, 0, there); error != 0) return error;
        node = there.node;
    }
    if (!node) return -ENOENT;
    struct ::statx& s = *static_cast<struct ::statx*>(r.memory);
    s = {};
    s.stx_mask = STATX_BASIC_STATS;
    s.stx_blksize = 4096;
    s.stx_nlink = static_cast<std::uint32_t>(node->links);
    s.stx_uid = ::geteuid();
    s.stx_gid = ::getegid();
    s.stx_mode = static_cast<std::uint16_t>((node->folder ? S_IFDIR : S_IFREG) | node->mode);
    s.stx_ino = node->number;
    s.stx_size = node->content.size();
    s.stx_blocks = (node->content.size() + 511) / 512;
    s.stx_mtime = timestamp(node->modified);
    s.stx_ctime = timestamp(node->changed);
    s.stx_dev_major = 8;
#ifdef STATX_DIOALIGN
    s.stx_mask |= STATX_DIOALIGN;
    s.stx_dio_mem_align = s.stx_dio_offset_align = node->folder ? 0 : static_cast<std::uint32_t>(options_.sector);
#endif
    return 0;
}

}  // namespace sluice::inline v0::testing
