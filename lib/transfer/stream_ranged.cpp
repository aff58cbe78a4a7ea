#include "async/event.hpp"
#include "store/at_edge.hpp"
#include "transfer/block_pool.hpp"
#include "transfer/opening.hpp"
#include "transfer/part_reader.hpp"

#include <sluice/async/semaphore.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/range_engine.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// Parts on their way from the workers to the one consumer, in order; at most `window` are claimed and not yet consumed.
class reorder_window {
public:
    explicit reorder_window(std::size_t size) : permits_(size), slots_(size) {}

    awaitable<async::semaphore::permit> enter() { return permits_.acquire(); }

    void put(std::uint64_t i, bytes part, async::semaphore::permit permit) {
        {
            std::lock_guard const lock(mutex_);
            slots_[i % slots_.size()].emplace(std::move(part), std::move(permit));
        }
        arrived_.notify_all();
    }

    using slot = std::pair<bytes, async::semaphore::permit>;
    awaitable<slot> take(std::uint64_t i) {
        std::unique_lock lock(mutex_);
        std::optional<slot>& place = slots_[i % slots_.size()];
        while (!place) {
            co_await arrived_.wait(lock);
            lock.lock();
        }
        slot taken = *std::exchange(place, std::nullopt);
        co_return taken;
    }

private:
    async::semaphore permits_;
    async::event arrived_;
    std::mutex mutex_;
    std::vector<std::optional<slot>> slots_;
};

/// One request, read in pieces: strategy `single`.
awaitable<void> stream_single(opening* from, std::uint64_t piece, part_sink* sink) {
    std::uint64_t const length = from->all.length;
    auto const blocks = std::make_shared<block_pool>(std::min(piece, std::max<std::uint64_t>(length, 1)), 2);
    for (std::uint64_t at = 0; at < length;) {
        std::shared_ptr<std::byte> block = blocks->take();
        std::span<std::byte> const into(block.get(), std::min<std::uint64_t>(blocks->block_size(), length - at));
        std::size_t const n = co_await from->first.read_all(into);
        if (n != into.size()) throw_error(failure(errc::truncated, "the body ended early"), "read", from->object().key);
        bytes part(std::move(block), into);
        co_await (*sink)(from->all.offset + at, std::move(part));
        at += n;
    }
}

awaitable<void> stream_ordered(part_reader* reader, lanes on, part_sink* sink) {
    reorder_window window(reader->window());
    // The first part has its place before any worker looks for one: nothing is delivered before it.
    async::semaphore::permit first = co_await window.enter();
    auto others = [&]() -> awaitable<void> {
        for (;;) {
            async::semaphore::permit permit = co_await window.enter();
            std::optional<std::uint64_t> const i = reader->claim();
            if (!i) co_return;
            bytes part = co_await reader->fetch(*i);
            window.put(*i, std::move(part), std::move(permit));
        }
    };
    auto first_then_others = [&]() -> awaitable<void> {
        bytes part = co_await reader->fetch(0);
        window.put(0, std::move(part), std::move(first));
        co_await others();
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn_on(on.of(0), [&] { return first_then_others(); });
        for (std::size_t n = 1; n < reader->window(); ++n) group.spawn_on(on.of(n), [&] { return others(); });
        for (std::uint64_t i = 0; i < reader->count(); ++i) {
            reorder_window::slot next = co_await window.take(i);
            co_await (*sink)(reader->offset(i), std::move(next.first));
        }
    };
    co_await async::with_task_group(body);
}

awaitable<void> stream_unordered(part_reader* reader, lanes on, part_sink* sink) {
    auto const each = [reader, sink](std::uint64_t i) -> awaitable<void> {
        bytes part = co_await reader->fetch(i);
        co_await (*sink)(reader->offset(i), std::move(part));
    };
    co_await for_each_part(reader, std::move(on), &each);
}

awaitable<object_meta> stream(std::shared_ptr<object_store> store, object_key where, byte_range range, part_sink sink,
                              range_engine_options options, bool ordered) {
    options = settled(std::move(options), store->can().reading);
    check(options, *store, where);
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    async::time_point const deadline = deadline_of(options, clock);
    std::uint64_t const first_size = std::min(*options.threshold, options.memory_limit);
    opening from = co_await open_first(store, where, range, first_size, options, deadline);
    if (*options.strategy == read_strategy::single) {
        co_await stream_single(&from, std::min(*options.part_size, options.memory_limit), &sink);
    } else if (from.all.length > 0) {
        part_reader reader(store, where, &from, options, clock, deadline);
        co_await reader.begin();
        lanes on(options, executor);
        if (ordered) {
            co_await stream_ordered(&reader, std::move(on), &sink);
        } else {
            co_await stream_unordered(&reader, std::move(on), &sink);
        }
        reader.finish();
    }
    co_return from.object();
}

}  // namespace

}  // namespace transfer

awaitable<object_meta> stream_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, part_sink sink,
                                     range_engine_options options) {
    return store::at_edge("get", store->uri() + where, transfer::stream(store, where, range, std::move(sink), std::move(options), true));
}

awaitable<object_meta> scatter_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, part_sink sink,
                                      range_engine_options options) {
    return store::at_edge("get", store->uri() + where, transfer::stream(store, where, range, std::move(sink), std::move(options), false));
}

}  // namespace sluice::inline v0
