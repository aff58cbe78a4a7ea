#pragma once

#include "async/clock.hpp"
#include "transfer/block_pool.hpp"
#include "transfer/lanes.hpp"
#include "transfer/opening.hpp"
#include "transfer/range_plan.hpp"
#include "transfer/whole_check.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/bytes.hpp>
#include <sluice/range_engine.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace sluice::inline v0::transfer {

/// The parts of one object, for the coroutines of one transfer: each part is claimed once and fetched into a block of its own.
/// `options` are settled. Outlives them all, as does `*from`, whose body is part 0.
class part_reader {
public:
    part_reader(std::shared_ptr<object_store> store, object_key where, opening* from, range_engine_options const& options,
                async::clock const& clock, async::time_point deadline, tail_part tail = tail_part::evened);

    std::uint64_t count() const noexcept { return 1 + others_.size(); }
    /// How many parts may be under way or not yet let go: what the options and the memory limit allow.
    std::size_t window() const noexcept { return window_; }
    range_part part(std::uint64_t i) const noexcept { return i == 0 ? range_part{0, from_->first.range().length} : others_[i - 1]; }
    /// Where part `i` begins in the object.
    std::uint64_t offset(std::uint64_t i) const noexcept { return from_->all.offset + part(i).offset; }

    /// The next part nobody has taken yet; never the first, which is for one on the context that opened it.
    std::optional<std::uint64_t> claim() noexcept {
        std::uint64_t const i = next_++;
        return i < count() ? std::optional(i) : std::nullopt;
    }

    /// Before the first `fetch`. Errors: those of `head`.
    awaitable<void> begin();

    /// The bytes of part `i`. Errors: those of `read`; precondition_failed when the object changed; truncated.
    awaitable<bytes> fetch(std::uint64_t i);

    /// After the last. Errors: checksum_mismatch.
    void finish() { whole_.finish(); }

private:
    std::shared_ptr<object_store> store_;
    object_key where_;
    opening* from_;
    async::clock const& clock_;
    async::time_point deadline_;
    part_plan others_;
    whole_check whole_;
    std::size_t window_ = 1;
    std::shared_ptr<block_pool> blocks_;
    std::atomic<std::uint64_t> next_ = 1;
};

/// `(*each)(i)` (which returns awaitable<void>) for every part of `*reader`, `reader->window()` of them side by side.
/// Errors and cancel: those of `with_task_group`.
template <class Each>
awaitable<void> for_each_part(part_reader* reader, lanes on, Each* each) {
    auto others = [reader, each]() -> awaitable<void> {
        for (std::optional<std::uint64_t> i = reader->claim(); i; i = reader->claim()) co_await (*each)(*i);
    };
    auto first_then_others = [each, &others]() -> awaitable<void> {
        co_await (*each)(0);
        co_await others();
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn_on(on.of(0), [&] { return first_then_others(); });
        for (std::size_t n = 1; n < reader->window(); ++n) group.spawn_on(on.of(n), [&] { return others(); });
        co_return;
    };
    co_await async::with_task_group(body);
}

}  // namespace sluice::inline v0::transfer
