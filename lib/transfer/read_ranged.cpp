#include "store/at_edge.hpp"
#include "transfer/block_pool.hpp"
#include "transfer/lanes.hpp"
#include "transfer/opening.hpp"
#include "transfer/range_plan.hpp"
#include "transfer/whole_check.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/range_engine.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

awaitable<void> fill_first(std::shared_ptr<object_store> store, object_key where, opening* from, std::span<std::byte> into) {
    std::size_t const n = co_await from->first.read_all(into);
    if (n != into.size()) fail(errc::truncated, *store, where, "the body ended " + std::to_string(into.size() - n) + " bytes early");
}

/// All of `from` into `into`, which has exactly that size: the open first part and the others side by side.
awaitable<void> fill(std::shared_ptr<object_store> store, object_key where, opening* from, std::span<std::byte> into,
                     range_engine_options options, async::time_point deadline) {
    std::size_t const first_size = into.size() - from->rest();
    if (from->rest() == 0) {
        co_await fill_first(store, where, from, into);
        co_return;
    }
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    part_plan const parts(first_size, from->rest(), part_size_of(options, from->rest()));
    lanes const on(options, executor);
    whole_check whole(store, where, from, parts.size() + 1);
    std::atomic<std::uint64_t> next = 0;

    auto fetch_others = [&]() -> awaitable<void> {
        for (std::uint64_t i = next++; i < parts.size(); i = next++) {
            range_part const part = parts[i];
            byte_range const range = byte_range::bounded(from->all.offset + part.offset, part.length);
            read_result const got =
                co_await store->read(where, range, into.subspan(part.offset, part.length), until(from->others, clock, deadline));
            check_same_version(from->object(), got.object, *store, where);
            if (got.range != resolved_range{range.offset, range.length})
                fail(errc::protocol, *store, where, "the store read another range than was asked for");
            whole.took(i + 1, into.subspan(part.offset, part.length));
        }
    };
    auto fetch_first_then_others = [&]() -> awaitable<void> {
        co_await fill_first(store, where, from, into.first(first_size));
        whole.took(0, into.first(first_size));
        co_await fetch_others();
    };
    // The first failure cancels the others, and is thrown only after the last of them has stopped touching `into`.
    auto body = [&](async::task_group& group) -> awaitable<void> {
        if (whole.wanted()) group.spawn([&] { return whole.ask(&clock, deadline); });
        group.spawn_on(on.of(0), [&] { return fetch_first_then_others(); });
        std::uint64_t const workers = std::min<std::uint64_t>(*options.parts_in_flight, parts.size() + 1);
        for (std::size_t n = 1; n < workers; ++n) group.spawn_on(on.of(n), [&] { return fetch_others(); });
        co_return;
    };
    co_await async::with_task_group(body);
    whole.finish();
}

awaitable<read_result> read_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, std::span<std::byte> into,
                                   range_engine_options options) {
    options = settled(std::move(options), store->can().reading);
    check(options, *store, where);
    bool const known_small =
        range.what != byte_range::kind::whole && range.what != byte_range::kind::from && range.length <= *options.threshold;
    if (!options.opened && (*options.strategy == read_strategy::single || known_small))
        co_return co_await store->read(where, range, into, options.get);

    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::time_point const deadline = deadline_of(options, async::clock::of(executor));
    std::uint64_t const first_size = std::clamp<std::uint64_t>(into.size(), 1, *options.threshold);
    opening from = co_await open_first(store, where, range, first_size, options, deadline);
    if (from.all.length > into.size())
        fail(errc::buffer_too_small, *store, where,
             std::to_string(from.all.length) + " bytes do not fit into " + std::to_string(into.size()));
    co_await fill(store, where, &from, into.first(from.all.length), options, deadline);
    read_result done;
    done.object = from.object();
    done.range = from.all;
    co_return done;
}

awaitable<whole_object> get_all(std::shared_ptr<object_store> store, object_key where, range_engine_options options) {
    options = settled(std::move(options), store->can().reading);
    check(options, *store, where);
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::time_point const deadline = deadline_of(options, async::clock::of(executor));
    opening from = co_await open_first(store, where, byte_range::whole(), *options.threshold, options, deadline);
    std::shared_ptr<std::byte> memory = take_block(static_cast<std::size_t>(from.all.length));
    std::span<std::byte> const into(memory.get(), from.all.length);
    co_await fill(store, where, &from, into, options, deadline);
    whole_object done;
    done.object = from.object();
    done.data = bytes(std::move(memory), into);
    co_return done;
}

}  // namespace

}  // namespace transfer

awaitable<read_result> read_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, std::span<std::byte> into,
                                   range_engine_options options) {
    return store::at_edge("read", store->uri() + where, transfer::read_ranged(store, where, range, into, std::move(options)));
}

awaitable<whole_object> get_all(std::shared_ptr<object_store> store, object_key where, range_engine_options options) {
    return store::at_edge("get", store->uri() + where, transfer::get_all(store, where, std::move(options)));
}

}  // namespace sluice::inline v0
