#include "uring/directory.hpp"

#include <dirent.h>

#include <cstring>

namespace sluice::inline v0::uring {

namespace {

// linux_dirent64 of getdents64(2): the name begins behind these, and ends with a NUL.
constexpr std::size_t inode_at = 0, next_at = 8, length_at = 16, type_at = 18, name_at = 19;

template <class T>
T read_at(std::span<std::byte const> from, std::size_t where) noexcept {
    T value;
    std::memcpy(&value, from.data() + where, sizeof value);
    return value;
}

file_kind kind_of(unsigned char type) noexcept {
    switch (type) {
    case DT_REG: return file_kind::regular;
    case DT_DIR: return file_kind::directory;
    case DT_LNK: return file_kind::symbolic_link;
    default: return file_kind::other;
    }
}

}  // namespace

bool entries::next(entry& into) noexcept {
    while (rest_.size() > name_at) {
        std::size_t const length = read_at<std::uint16_t>(rest_, length_at);
        if (length <= name_at || length > rest_.size()) return false;
        char const* const name = reinterpret_cast<char const*>(rest_.data()) + name_at;
        auto const type = read_at<unsigned char>(rest_, type_at);
        into.name = {name, ::strnlen(name, length - name_at)};
        into.inode = read_at<std::uint64_t>(rest_, inode_at);
        into.next = read_at<std::uint64_t>(rest_, next_at);
        into.kind = kind_of(type);
        into.kind_known = type != DT_UNKNOWN;
        rest_ = rest_.subspan(length);
        if (into.name != "." && into.name != "..") return true;
    }
    return false;
}

}  // namespace sluice::inline v0::uring
