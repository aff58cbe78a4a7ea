#include "backend/file/direct_reading.hpp"

#include "backend/file/direct_access.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace sluice::inline v0::file {

failure cut_short(std::uint64_t const missing) {
    return {errc::truncated, "the file ends " + std::to_string(missing) + " bytes before the end it had when it was opened"};
}

std::size_t direct_reader::take(std::uint64_t const offset, std::span<std::byte> const into) const noexcept {
    if (offset < begin_ || offset >= begin_ + held_) return 0;
    auto const skip = static_cast<std::size_t>(offset - begin_);
    std::size_t const n = std::min(into.size(), held_ - skip);
    std::memcpy(into.data(), piece_.bytes().data() + skip, n);
    return n;
}

/// The aligned range around the bytes wanted: never a buffered read, which would fill the page cache.
awaitable<result<void>> direct_reader::fill(uring::file* const from, std::uint64_t const offset, std::size_t const size) {
    uring::covering_range const around(offset, size, align_.offset());
    held_ = 0;
    if (piece_.bytes().size() < around.size) piece_ = buffers_.take(static_cast<std::size_t>(around.size));
    std::span<std::byte> const room = piece_.bytes().first(static_cast<std::size_t>(around.size));
    result<std::size_t> const n = co_await from->read_full(around.begin, room, align_.offset());
    if (!n) co_return unsupported_directly(n.error());
    if (*n < around.skip + size) co_return cut_short(around.skip + size - *n);
    begin_ = around.begin;
    held_ = *n;
    co_return result<void>();
}

awaitable<result<std::size_t>> direct_reader::read_some(uring::file* const from, std::uint64_t const offset,
                                                        std::span<std::byte> const into, std::uint64_t const left) {
    std::size_t const had = take(offset, into);
    if (had > 0) co_return had;
    direct_step const step = next_direct_step(align_, into.data(), offset, into.size());
    if (step.straight) {
        result<std::size_t> const n = co_await from->read_full(offset, into.first(step.size), align_.offset());
        if (!n) co_return unsupported_directly(n.error());
        if (*n < step.size) co_return cut_short(left - *n);
        co_return *n;
    }
    // Who reads in order and in small pieces gets them from one large one.
    std::uint64_t const ahead = uring::aligned_down(offset, align_.offset()) + direct_chunk - offset;
    bool const small = step.size == into.size() && left > step.size;
    std::size_t const size = small ? static_cast<std::size_t>(std::min(left, ahead)) : step.size;
    result<void> const filled = co_await fill(from, offset, size);
    if (!filled) co_return filled.error();
    co_return take(offset, into.first(std::min(into.size(), size)));
}

awaitable<result<void>> direct_reader::read_full(uring::file* const from, std::uint64_t offset, std::span<std::byte> into) {
    while (!into.empty()) {
        result<std::size_t> const n = co_await read_some(from, offset, into, into.size());
        if (!n) co_return n.error();
        into = into.subspan(*n);
        offset += *n;
    }
    co_return result<void>();
}

}  // namespace sluice::inline v0::file
