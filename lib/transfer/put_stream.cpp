#include "store/at_edge.hpp"
#include "store/complete_after.hpp"
#include "transfer/block_pool.hpp"
#include "transfer/copy_plan.hpp"

#include <sluice/async/semaphore.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// Bytes, cut into parts as they come.
class stream_cutter {
public:
    stream_cutter(byte_source from, put_stream_options const& options, capabilities const& able, store::named_edge const* here)
        : from_(std::move(from)),
          able_(able),
          wanted_(options.part_size),
          size_(options.size),
          here_(here) {}

    /// What the next part takes in memory.
    std::uint64_t next_size() const noexcept {
        return size_ ? upload_part_size(wanted_, *size_, able_) : stream_part_size(number_ + 1, wanted_, able_);
    }

    /// The next part, of the size its number asks for; shorter, or empty, at the end.
    awaitable<bytes> next() {
        std::uint64_t const size = next_size();
        ++number_;
        if (blocks_ != nullptr && blocks_->block_size() != size) {
            blocks_->retire();
            blocks_.reset();
        }
        if (blocks_ == nullptr) blocks_ = std::make_shared<block_pool>(size, 2);
        std::shared_ptr<std::byte> block = blocks_->take();
        std::span<std::byte> const into(block.get(), size);
        std::size_t filled = 0;
        while (!ended_ && filled < into.size()) {
            std::size_t const n = co_await from_(into.subspan(filled));
            filled += n;
            ended_ = n == 0;
        }
        came_ += filled;
        check_size();
        co_return bytes(std::move(block), into.first(filled));
    }

    bool ended() const noexcept { return ended_; }
    std::uint32_t number() const noexcept { return number_; }  ///< of the part that came last

private:
    void check_size() const {
        if (!size_ || came_ == *size_) return;
        std::string const said = std::to_string(*size_) + " bytes that were said";
        if (came_ > *size_) here_->raise({errc::invalid_argument, "more came than the " + said});
        if (ended_) here_->raise({errc::truncated, std::to_string(came_) + " came of the " + said});
    }

    byte_source const from_;
    capabilities const able_;
    std::uint64_t const wanted_;
    std::optional<std::uint64_t> const size_;
    store::named_edge const* const here_;
    std::uint64_t came_ = 0;
    std::shared_ptr<block_pool> blocks_;
    std::uint32_t number_ = 0;
    bool ended_ = false;
};

/// Writes parts while the next one comes; never more than `memory` bytes are held, that one's included, but for one part that alone is
/// larger.
class part_sender {
public:
    part_sender(upload into, std::uint64_t memory, std::uint64_t total, progress report)
        : into_(std::move(into)),
          memory_(memory),
          total_(total),
          room_(memory),
          report_(std::move(report)) {}

    /// From `first` on, which has been read. How many bytes it was, all in all, is `sent`.
    awaitable<void> send_all(async::task_group* group, stream_cutter* cut, bytes first) {
        std::uint64_t offset = 0;
        async::semaphore::permit room = co_await room_.acquire(std::min(first.size(), memory_));
        for (bytes part = std::move(first); !part.empty();) {
            part_place const where{cut->number(), offset};
            offset += part.size();
            group->spawn([this, where, part = std::move(part), room = std::move(room)]() mutable {
                return send(where, std::move(part), std::move(room));
            });
            room = co_await room_.acquire(std::min<std::uint64_t>(cut->next_size(), memory_));
            part = co_await cut->next();
        }
    }

private:
    awaitable<void> send(part_place where, bytes part, async::semaphore::permit) {
        std::uint64_t const size = part.size();
        payload data(std::move(part));
        co_await into_.write(where, std::move(data));
        if (report_) report_(sent_ += size, total_);
    }

    upload into_;
    std::size_t const memory_;
    std::uint64_t const total_;  // 0: not known
    async::semaphore room_;
    progress const report_;
    std::atomic<std::uint64_t> sent_ = 0;
};

awaitable<put_result> put_stream(std::shared_ptr<object_store> store, object_key where, byte_source from, put_stream_options options) {
    store::named_edge const here("put_stream", store->uri() + where);
    if (options.part_size == 0 || options.memory_limit == 0) here.raise({errc::invalid_argument, "a size of zero"});
    capabilities const able = store->can();
    stream_cutter cut(std::move(from), options, able, &here);
    bytes first = co_await cut.next();
    if (cut.ended()) {
        std::uint64_t const size = first.size();
        payload data(std::move(first));
        put_result put = co_await store->put(std::move(where), std::move(data), std::move(options.put));
        if (options.report) options.report(size, size);
        co_return put;
    }
    upload into = co_await store->create_upload(std::move(where), std::move(options.put));
    part_sender sender(into, options.memory_limit, options.size.value_or(0), std::move(options.report));
    auto const parts = [&]() -> awaitable<void> {
        auto const body = [&](async::task_group& group) { return sender.send_all(&group, &cut, std::move(first)); };
        co_await async::with_task_group(body);
    };
    co_return co_await store::complete_after(parts, into, false);
}

}  // namespace

}  // namespace transfer

awaitable<put_result> put_stream(std::shared_ptr<object_store> store, object_key where, byte_source from, put_stream_options options) {
    return store::at_edge("put_stream", store->uri() + where, transfer::put_stream(store, where, std::move(from), std::move(options)));
}

}  // namespace sluice::inline v0
