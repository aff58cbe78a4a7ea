#include "backend/file/direct_access.hpp"
#include "backend/file/direct_plan.hpp"
#include "backend/file/part_writer.hpp"
#include "backend/file/piece_cursor.hpp"

#include <sluice/async/semaphore.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::uint32_t least_unit = 4096;  // file systems write half of their blocks by reading them first, and one write at a time

/// Bytes of a file on their way through an aligned buffer: they begin `skip` bytes behind its front.
struct chunk {
    chunk(std::uint64_t offset, std::uint64_t left, std::uint64_t unit) noexcept
        : offset(offset),
          begin(uring::aligned_down(offset, unit)),
          skip(static_cast<std::size_t>(offset - begin)),
          size(static_cast<std::size_t>(std::min<std::uint64_t>(left, direct_chunk - skip))) {}
    std::uint64_t offset, begin;
    std::size_t skip, size;
};

class direct_writer final : public part_writer {
public:
    direct_writer(uring::alignment align, uring::direct_buffers& buffers, std::uint64_t size) noexcept
        : align_(align.memory(), std::max(align.offset(), least_unit)),
          buffers_(buffers),
          end_(size),
          written_end_(size) {}

    awaitable<result<void>> write(uring::file* to, std::uint64_t offset, payload const* data) override {
        if (data->source()) return write_source(to, offset, data->source());
        return write_pieces(to, offset, &data->pieces(), data->size());
    }

    awaitable<result<void>> finish(uring::file* to, std::uint64_t size) override {
        bool const padded = written_end_ != size;
        bool const wrote_nothing = size == 0;  // then this gives the file a time of its own: see `fresh_file`
        if (padded || wrote_nothing) co_return co_await to->resize(size);
        co_return result<void>();
    }

private:
    std::uint64_t unit() const noexcept { return align_.offset(); }

    awaitable<result<void>> write_source(uring::file* to, std::uint64_t offset, std::shared_ptr<payload_source> from) {
        std::uint64_t const size = from->size();
        uring::direct_buffers::piece const room = buffers_.take(room_for(offset, size));
        for (std::uint64_t done = 0; done < size;) {
            chunk const next(offset + done, size - done, unit());
            co_await from->read(done, room.bytes().subspan(next.skip, next.size));
            result<void> const written = co_await write_chunk(to, next, room.bytes());
            if (!written) co_return written;
            done += next.size;
        }
        co_return result<void>();
    }

    awaitable<result<void>> write_pieces(uring::file* to, std::uint64_t offset, std::vector<bytes> const* pieces, std::uint64_t size) {
        uring::direct_buffers::piece room;
        for (piece_cursor at(*pieces); at.done() < size;) {
            std::uint64_t const here = offset + at.done();
            std::span<std::byte const> const run = straight(here, at.run(), size - at.done());
            result<void> written = result<void>();
            if (!run.empty()) {
                written = co_await write_blocks(to, here, run);
                at.moved(run.size());
            } else {
                chunk const next = gathered(here, size - at.done(), at.run());
                if (room.bytes().empty()) room = buffers_.take(room_for(here, size - at.done()));
                at.copy(room.bytes().subspan(next.skip, next.size));
                written = co_await write_chunk(to, next, room.bytes());
            }
            if (!written) co_return written;
        }
        co_return result<void>();
    }

    /// As much of a piece as can be written as it is.
    std::span<std::byte const> straight(std::uint64_t offset, std::span<std::byte const> run, std::uint64_t left) const noexcept {
        auto const whole = static_cast<std::size_t>(uring::aligned_down(std::min(run.size(), longest_direct), unit()));
        bool const enough = whole >= worth_a_call_of_its_own || whole == uring::aligned_down(left, unit());
        return enough && align_.fits(run.data(), offset, whole) ? run.first(whole) : std::span<std::byte const>();
    }

    /// What has to be copied: a chunk, or only so much that the rest of the piece can be written as it is.
    chunk gathered(std::uint64_t offset, std::uint64_t left, std::span<std::byte const> run) const noexcept {
        chunk next(offset, left, unit());
        std::size_t const to_boundary = static_cast<std::size_t>(unit()) - next.skip;
        bool const long_enough = next.skip != 0 && run.size() >= to_boundary + worth_a_call_of_its_own;
        if (long_enough && align_.fits(run.data() + to_boundary, offset + to_boundary, 0)) next.size = to_boundary;
        return next;
    }

    std::size_t room_for(std::uint64_t offset, std::uint64_t size) const noexcept {
        return static_cast<std::size_t>(std::min<std::uint64_t>(direct_chunk, uring::covering_range(offset, size, unit()).size));
    }

    /// Whole blocks as they are; what only a part of a block is, merged with what others write there.
    awaitable<result<void>> write_chunk(uring::file* to, chunk next, std::span<std::byte const> room) {
        std::uint64_t const end = next.offset + next.size;
        std::uint64_t const first = std::min(uring::aligned_up(next.offset, unit()), end);
        std::uint64_t const last = std::max(uring::aligned_down(end, unit()), first);
        auto const part = [&](std::uint64_t from, std::uint64_t until) {
            return room.subspan(static_cast<std::size_t>(from - next.begin), static_cast<std::size_t>(until - from));
        };
        if (next.offset < first) {
            result<void> const merged = co_await merge(to, next.offset, part(next.offset, first));
            if (!merged) co_return merged;
        }
        if (first < last) {
            result<void> const written = co_await write_blocks(to, first, part(first, last));
            if (!written) co_return written;
        }
        if (last < end) co_return co_await merge(to, last, part(last, end));
        co_return result<void>();
    }

    awaitable<result<void>> write_blocks(uring::file* to, std::uint64_t offset, std::span<std::byte const> from) {
        raise(end_, offset + from.size());
        return write_full(to, offset, from);
    }

    /// Two parts may share a block: one at a time reads it, puts its own bytes in, and writes it.
    awaitable<result<void>> merge(uring::file* to, std::uint64_t offset, std::span<std::byte const> from) {
        async::semaphore::permit const alone = co_await merging_.acquire();
        std::uint64_t const begin = uring::aligned_down(offset, unit());
        uring::direct_buffers::piece const block = buffers_.take(static_cast<std::size_t>(unit()));
        std::size_t there = 0;
        if (begin < end_) {
            result<std::size_t> const n = co_await to->read_full(begin, block.bytes(), static_cast<std::size_t>(unit()));
            if (!n) co_return unsupported_directly(n.error());
            there = *n;
        }
        std::memset(block.bytes().data() + there, 0, block.bytes().size() - there);
        std::memcpy(block.bytes().data() + (offset - begin), from.data(), from.size());
        result<void> const written = co_await write_full(to, begin, block.bytes());
        if (written) raise(end_, offset + from.size());
        co_return written;
    }

    awaitable<result<void>> write_full(uring::file* to, std::uint64_t offset, std::span<std::byte const> from) {
        raise(written_end_, offset + from.size());
        while (!from.empty()) {
            result<std::size_t> const n = co_await to->write_some(offset, from);
            if (!n) co_return unsupported_directly(n.error());
            auto const moved = static_cast<std::size_t>(uring::aligned_down(*n, unit()));
            if (moved == 0) co_return failure(errc::io, "cannot write " + to->path() + ": the system takes no more bytes");
            from = from.subspan(moved);
            offset += moved;
        }
        co_return result<void>();
    }

    static void raise(std::atomic<std::uint64_t>& end, std::uint64_t to) noexcept {
        std::uint64_t known = end;
        while (known < to && !end.compare_exchange_weak(known, to)) {
        }
    }

    uring::alignment const align_;
    uring::direct_buffers& buffers_;
    async::semaphore merging_{1};
    std::atomic<std::uint64_t> end_;          // of bytes that somebody wrote
    std::atomic<std::uint64_t> written_end_;  // of those and what was written around them
};

}  // namespace

std::unique_ptr<part_writer> make_direct_writer(uring::alignment const align, uring::direct_buffers& buffers, std::uint64_t const size) {
    return std::make_unique<direct_writer>(align, buffers, size);
}

}  // namespace sluice::inline v0::file
