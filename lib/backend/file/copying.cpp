#include "backend/file/copying.hpp"

#include "backend/file/direct_reading.hpp"
#include "backend/file/opening.hpp"
#include "backend/file/publish.hpp"
#include "backend/file/writing.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::uint64_t at_once = 64ull << 20;            // between two looks at a cancel, and two reports
constexpr std::size_t block_size = std::size_t{1} << 20;  // of what the kernel does not copy by itself

/// Says that the kernel does not copy between these two; nothing was moved.
bool must_pass_through_us(failure const& f) noexcept {
    return f.reason() == errc::unsupported || f.reason() == errc::invalid_argument;  // EXDEV, EOPNOTSUPP, ENOSYS; EINVAL of old ones
}

awaitable<result<std::size_t>> copy_block(uring::file* from, uring::file* to, std::uint64_t offset, std::span<std::byte> block) {
    result<std::size_t> const n = co_await from->read_some(offset, block);
    if (!n) co_return n.error();
    result<void> const written = co_await to->write_full(offset, block.first(*n));
    if (!written) co_return written.error();
    co_return *n;
}

/// The bytes of `from`, which has `size`, into `to`, which is empty.
awaitable<result<void>> copy_bytes(uring::file* from, uring::file* to, std::uint64_t size, progress const* report) {
    std::unique_ptr<std::byte[]> block;
    for (std::uint64_t done = 0; done < size;) {
        std::uint64_t const length = std::min(at_once, size - done);
        result<std::size_t> n = std::size_t{0};
        if (!block) {
            n = co_await from->copy_some(done, *to, done, length);
            if (!n && must_pass_through_us(n.error())) block = std::make_unique_for_overwrite<std::byte[]>(block_size);
        }
        if (block) {
            std::span<std::byte> const next(block.get(), static_cast<std::size_t>(std::min<std::uint64_t>(length, block_size)));
            n = co_await copy_block(from, to, done, next);
        }
        if (!n) co_return n.error();
        if (*n == 0) co_return cut_short(size - done);
        done += *n;
        if (*report) (*report)(done, size);
    }
    if (size == 0) co_return co_await to->resize(0);  // which gives it a time of its own
    co_return result<void>();
}

}  // namespace

awaitable<result<copied>> copy_within(operation* op, std::shared_ptr<core const> store, object_key what, store_copy_options options) {
    operation source(std::move(store), op->executor(), "copy", std::move(what));
    store::read_conditions const conditions(options.source);
    result<opened_object> opened = co_await open_object(&source, file_access::buffered, conditions);
    opened_object from = source.deliver(std::move(opened));
    options.resume_as.clear();  // that is for uploads
    result<begun_file> begun = co_await begin_buffered(op, options);
    if (!begun) co_return begun.error();
    uring::file* const content = &begun->file.fresh.content();
    result<void> done = co_await copy_bytes(&from.file, content, from.meta.size, &options.report);
    if (!done) co_return done.error();
    result<void> const same = co_await check_unchanged(&from.file, &from.meta);
    source.deliver(same);
    result<put_result> put = co_await publish(op, &begun->file.fresh, begun->where, publish_terms(options));
    if (!put) co_return put.error();
    op->succeeded(from.meta.size);
    copied all;
    all.object = std::move(from.meta);
    all.put = std::move(*put);
    co_return std::move(all);
}

}  // namespace sluice::inline v0::file
