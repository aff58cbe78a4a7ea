#include "backend/file/part_writer.hpp"
#include "backend/file/piece_cursor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t most_pieces = 64;                   // of one call
constexpr std::size_t block_size = std::size_t{1} << 20;  // of what comes from a source

awaitable<result<void>> write_pieces(uring::file* to, std::uint64_t offset, std::vector<bytes> const* pieces) {
    std::array<iovec, most_pieces> next{};
    for (piece_cursor at(*pieces); !at.at_end();) {
        std::span<iovec const> const from = std::span(next).first(at.next(next));
        result<std::size_t> const n = co_await to->write_some(offset + at.done(), from);
        if (!n) co_return n.error();
        if (*n == 0) co_return failure(errc::io, "cannot write " + to->path() + ": the system takes no more bytes");
        at.moved(*n);
    }
    co_return result<void>();
}

awaitable<result<void>> write_source(uring::file* to, std::uint64_t offset, std::shared_ptr<payload_source> from) {
    std::uint64_t const size = from->size();
    auto const length = static_cast<std::size_t>(std::min<std::uint64_t>(size, block_size));
    std::unique_ptr<std::byte[]> const block = std::make_unique_for_overwrite<std::byte[]>(length);
    for (std::uint64_t at = 0; at < size;) {
        std::span<std::byte> const next(block.get(), static_cast<std::size_t>(std::min<std::uint64_t>(length, size - at)));
        co_await from->read(at, next);
        result<void> const written = co_await to->write_full(offset + at, next);
        if (!written) co_return written;
        at += next.size();
    }
    co_return result<void>();
}

class buffered_writer final : public part_writer {
public:
    awaitable<result<void>> write(uring::file* to, std::uint64_t offset, payload const* data) override {
        reached(offset + data->size());
        if (data->source()) return write_source(to, offset, data->source());
        return write_pieces(to, offset, &data->pieces());
    }

    awaitable<result<void>> finish(uring::file* to, std::uint64_t size) override {
        bool const wrote_more = end_ != size;
        bool const wrote_nothing = size == 0;  // then this gives the file a time of its own: see `fresh_file`
        if (wrote_more || wrote_nothing) co_return co_await to->resize(size);
        co_return result<void>();
    }

private:
    void reached(std::uint64_t end) noexcept {
        std::uint64_t known = end_;
        while (known < end && !end_.compare_exchange_weak(known, end)) {
        }
    }

    std::atomic<std::uint64_t> end_ = 0;
};

}  // namespace

std::unique_ptr<part_writer> make_buffered_writer() { return std::make_unique<buffered_writer>(); }

}  // namespace sluice::inline v0::file
