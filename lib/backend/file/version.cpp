#include "backend/file/version.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace sluice::inline v0::file {

std::string etag_of(uring::file_status const& status) {
    std::array<char, 3 * 17 + 2> text{};
    char* at = text.data();
    char* const end = text.data() + text.size();
    *at++ = '"';
    for (std::uint64_t const part : {status.inode, status.size, static_cast<std::uint64_t>(status.modified)}) {
        if (at != text.data() + 1) *at++ = '-';
        at = std::to_chars(at, end, part, 16).ptr;
    }
    *at++ = '"';
    return {text.data(), at};
}

object_meta meta_of(object_key key, uring::file_status const& status) {
    object_meta meta;
    meta.key = std::move(key);
    meta.size = status.size;
    meta.etag = etag_of(status);
    meta.last_modified = wall_time(std::chrono::duration_cast<wall_time::duration>(std::chrono::nanoseconds(status.modified)));
    return meta;
}

}  // namespace sluice::inline v0::file
