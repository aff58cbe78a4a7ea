// What moves bytes, and locks.
#include "testing/world/disk_calls.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

constexpr std::size_t file_system_block = 4096;

bool may_read(std::uint64_t const flags) noexcept { return (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_WRONLY; }
bool may_write(std::uint64_t const flags) noexcept { return (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_RDONLY; }

}  // namespace

std::size_t disk_calls::granularity(int const fd) const {
    open_file const file = at(fd);
    return file && (file->flags & O_DIRECT) != 0 ? std::max(options_.sector, file_system_block) : 1;
}

bool disk_calls::fits_direct(description const& file, void const* const memory, std::size_t const length,
                             std::uint64_t const offset) const noexcept {
    if ((file.flags & O_DIRECT) == 0) return true;
    return (reinterpret_cast<std::uintptr_t>(memory) | length | offset) % options_.sector == 0;
}

std::int32_t disk_calls::read_at(description const& from, void* const into, std::size_t const length, std::uint64_t const offset) const {
    if (!may_read(from.flags)) return -EBADF;
    if (from.node->folder) return -EISDIR;
    if (!fits_direct(from, into, length, offset)) return -EINVAL;
    std::string const& all = from.is_made ? from.made : from.node->content.now();
    if (offset >= all.size()) return 0;
    std::size_t const n = std::min<std::size_t>(length, all.size() - static_cast<std::size_t>(offset));
    std::memcpy(into, all.data() + offset, n);
    return static_cast<std::int32_t>(n);
}

std::int32_t disk_calls::write_at(description& to, void const* const from, std::size_t const length, std::uint64_t const offset,
                                  std::int64_t const now) {
    if (!may_write(to.flags)) return -EBADF;
    if (!fits_direct(to, from, length, offset)) return -EINVAL;
    to.node->content.write(offset, {static_cast<char const*>(from), length});
    to.node->modified = to.node->changed = now;
    return static_cast<std::int32_t>(length);
}

std::int32_t disk_calls::move(uring::request const& r, bool const writes, std::int64_t const now) {
    open_file const file = at(r.fd);
    if (!file) return -EBADF;
    if (r.offset == uring::current_position) return -ESPIPE;
    bool const many = r.what == uring::opcode::read_vector || r.what == uring::opcode::write_vector;
    iovec const one{r.memory, static_cast<std::size_t>(r.length)};
    iovec const* const pieces = many ? static_cast<iovec const*>(r.memory) : &one;
    std::int32_t done = 0;
    for (std::size_t i = 0, count = many ? static_cast<std::size_t>(r.length) : 1; i < count; ++i) {
        std::uint64_t const offset = r.offset + static_cast<std::uint64_t>(done);
        std::int32_t const n = writes ? write_at(*file, pieces[i].iov_base, pieces[i].iov_len, offset, now)
                                      : read_at(*file, pieces[i].iov_base, pieces[i].iov_len, offset);
        if (n < 0) return done == 0 ? n : done;
        done += n;
        if (static_cast<std::size_t>(n) < pieces[i].iov_len) break;
    }
    return done;
}

std::int32_t disk_calls::copy_range(uring::request const& r, std::int64_t const now) {
    open_file const from = at(r.fd), to = at(r.fd2);
    if (!from || !to || !may_read(from->flags)) return -EBADF;
    if (from->node->folder) return -EISDIR;
    std::string const& all = from->node->content.now();
    if (r.offset >= all.size()) return 0;
    std::string const piece = all.substr(static_cast<std::size_t>(r.offset), static_cast<std::size_t>(r.length));
    if (!may_write(to->flags)) return -EBADF;
    to->node->content.write(r.offset2, piece);  // within the kernel: nothing to align
    to->node->modified = to->node->changed = now;
    return static_cast<std::int32_t>(piece.size());
}

std::int32_t disk_calls::resize(uring::request const& r, std::uint64_t const size, std::int64_t const now) {
    open_file const file = at(r.fd);
    if (!file || !may_write(file->flags)) return -EBADF;
    bool const grows = r.what == uring::opcode::allocate && size <= file->node->content.size();
    if (!grows) file->node->content.resize(size);
    file->node->modified = file->node->changed = now;
    return 0;
}

std::int32_t disk_calls::sync(uring::request const& r) {
    open_file const file = at(r.fd);
    if (!file || (file->flags & O_PATH) != 0) return -EBADF;
    if (file->node->folder)
        tree_.flush(file->node);
    else
        file->node->content.flush();
    return 0;
}

std::int32_t disk_calls::entries(uring::request const& r) {
    open_file const file = at(r.fd);
    if (!file) return -EBADF;
    if (!file->node->folder) return -ENOTDIR;
    std::vector<std::pair<std::uint64_t, std::string const*>> rest;
    for (auto const& [name, one] : file->node->now)
        if (one.slot > file->place) rest.emplace_back(one.slot, &name);
    std::ranges::sort(rest);
    auto* const out = static_cast<char*>(r.memory);
    std::size_t used = 0;
    for (auto const& [slot, name] : rest) {
        disk_file const node = disk_tree::find(*file->node, *name);
        std::size_t const length = (offsetof(dirent64, d_name) + name->size() + 1 + 7) / 8 * 8;
        if (used + length > r.length) return used == 0 ? -EINVAL : static_cast<std::int32_t>(used);
        std::memset(out + used, 0, length);
        auto const put = [&](std::size_t where, auto value) { std::memcpy(out + used + where, &value, sizeof value); };
        put(offsetof(dirent64, d_ino), node->number);
        put(offsetof(dirent64, d_off), slot);
        put(offsetof(dirent64, d_reclen), static_cast<std::uint16_t>(length));
        put(offsetof(dirent64, d_type), static_cast<unsigned char>(node->folder ? DT_DIR : DT_REG));
        std::memcpy(out + used + offsetof(dirent64, d_name), name->data(), name->size());
        used += length;
        file->place = slot;
    }
    return static_cast<std::int32_t>(used);
}

std::int32_t disk_calls::lock(uring::request const& r) {
    open_file const file = at(r.fd);
    if (!file) return -EBADF;
    auto& held = locks_[file->node.get()];
    held.erase(file.get());  // a lock that is changed is first given up, as flock does it
    bool const exclusive = (r.flags & LOCK_EX) != 0;
    bool const free = std::ranges::none_of(held, [&](auto const& other) { return exclusive || other.second; });
    if ((r.flags & LOCK_UN) != 0 || !free) return free || (r.flags & LOCK_UN) != 0 ? 0 : -EWOULDBLOCK;
    held.emplace(file.get(), exclusive);
    return 0;
}

void disk_calls::unlock(description const* const of) noexcept {
    auto const held = locks_.find(of->node.get());
    if (held == locks_.end()) return;
    held->second.erase(of);
    if (held->second.empty()) locks_.erase(held);
}

}  // namespace sluice::inline v0::testing
