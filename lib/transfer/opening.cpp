#include "transfer/opening.hpp"

#include "store/conditions.hpp"
#include "transfer/range_plan.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace sluice::inline v0::transfer {

namespace {

byte_range front_of(byte_range range, std::uint64_t first_size) noexcept {
    switch (range.what) {
    case byte_range::kind::whole: return byte_range::bounded(0, first_size);
    case byte_range::kind::from: return byte_range::bounded(range.offset, first_size);
    case byte_range::kind::bounded: return byte_range::bounded(range.offset, std::min(range.length, first_size));
    case byte_range::kind::last: break;
    }
    return range;
}

/// The first bytes of a body, which is let go when they have come.
class front_of_body final : public body_source {
public:
    front_of_body(body_reader all, std::uint64_t length) : object_(all.object()), range_(all.range()), inner_(std::move(all)) {
        range_.length = left_ = length;
    }
    object_meta const& object() const noexcept override { return object_; }
    resolved_range range() const noexcept override { return range_; }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        if (left_ == 0) co_return 0;
        std::size_t const n = co_await inner_->read_some(into.first(std::min<std::uint64_t>(left_, into.size())));
        left_ -= n;
        if (left_ == 0) inner_.reset();
        co_return n;
    }

private:
    object_meta const object_;
    resolved_range range_;
    std::optional<body_reader> inner_;
    std::uint64_t left_ = 0;
};

/// The place of a suffix came from the probe: what was opened must be as long. Without a strong ETag that is all there is to compare, and
/// enough, as nothing of the probe goes into the result.
void check_probed(object_meta const& probed, object_meta const& opened, object_store const& store, object_key const& where) {
    if (store::strong_etag(probed.etag)) check_same_version(probed, opened, store, where);
    if (probed.size != opened.size) fail(errc::precondition_failed, store, where, "the object changed while it was read");
}

}  // namespace

void fail(errc reason, object_store const& store, object_key const& where, std::string detail) {
    throw_error(failure(reason, std::move(detail)), "read", store.uri() + where);
}

range_engine_options settled(range_engine_options given, reading_habit const& store) {
    bool const wants_parts = given.threshold || given.part_size;
    if (!given.strategy) given.strategy = wants_parts ? read_strategy::ranges : store.strategy;
    if (!given.least_part) given.least_part = given.part_size.value_or(store.least_part);
    if (!given.threshold) given.threshold = store.threshold;
    if (!given.part_size) given.part_size = store.part_size;
    if (!given.parts_in_flight) given.parts_in_flight = store.parts_in_flight;
    return given;
}

void check(range_engine_options const& options, object_store const& store, object_key const& where) {
    bool const zero = *options.threshold == 0 || *options.part_size == 0 || *options.least_part == 0 || *options.parts_in_flight == 0 ||
                      options.memory_limit == 0;
    if (zero)
        fail(errc::invalid_argument, store, where, "threshold, part_size, least_part, parts_in_flight and memory_limit must not be zero");
    if (*options.strategy == read_strategy::sharded && options.contexts.empty())
        fail(errc::invalid_argument, store, where, "strategy sharded wants contexts to spread the parts over");
}

std::uint64_t part_size_of(range_engine_options const& options, std::uint64_t const rest) noexcept {
    std::size_t const others = std::max<std::size_t>(*options.parts_in_flight, 2) - 1;  // one has the first part
    return fitting_part(rest, *options.least_part, *options.part_size, others);
}

void check_same_version(object_meta const& opened, object_meta const& part, object_store const& store, object_key const& where) {
    bool const same = part.size == opened.size && store::same_etag(part.etag, opened.etag);
    if (!same) fail(errc::precondition_failed, store, where, "the object changed while it was read");
}

async::time_point deadline_of(range_engine_options const& options, async::clock const& clock) {
    return async::limit_after(clock.now(), options.get.time_limit.value_or(async::nanoseconds::zero()));
}

get_options until(get_options options, async::clock const& clock, async::time_point deadline) {
    // At least a nanosecond: zero would mean "no limit", and a passed deadline is the part's to report.
    if (deadline != async::never) options.time_limit = std::max(async::nanoseconds(1), async::nanoseconds(deadline - clock.now()));
    return options;
}

get_options pinned(get_options const& asked, object_meta const& opened) {
    get_options others;
    others.time_limit = asked.time_limit;
    others.if_match = opened.etag;
    others.version = asked.version;
    others.key = asked.key;
    return others;
}

awaitable<opening> open_first(std::shared_ptr<object_store> store, object_key where, byte_range range, std::uint64_t first_size,
                              range_engine_options options, async::time_point deadline) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    bool const single = *options.strategy == read_strategy::single;

    get_options ask = until(options.get, clock, deadline);
    std::optional<object_meta> probed;
    if (!single && range.what == byte_range::kind::last && range.length > first_size) {
        // Where a long suffix begins is only known with the size: its last byte tells.
        ask.range = byte_range::last(1);
        body_reader const probe = co_await store->get(where, ask);
        range = byte_range::from(resolve(range, probe.object().size).offset);
        ask = until(options.get, clock, deadline);
        if (store::strong_etag(probe.object().etag)) ask.if_match = probe.object().etag;
        probed = probe.object();
    }
    // The answer to a range carries no checksum of the whole. What may turn out to be small is asked for without one, then, so that the
    // one answer it costs proves it; of what turns out to be large the front is taken.
    bool const proven = !single && range.what == byte_range::kind::whole && store->can().checksums;
    ask.range = single || proven ? range : front_of(range, first_size);
    body_reader first = co_await store->get(where, ask);
    if (probed) check_probed(*probed, first.object(), *store, where);

    resolved_range const all = resolve(range, first.object().size);
    resolved_range const expected = resolve(ask.range, first.object().size);
    if (first.range() != expected) fail(errc::protocol, *store, where, "the store opened another range than was asked for");
    if (proven && all.length > first_size) {
        std::unique_ptr<body_source> front = std::make_unique<front_of_body>(std::move(first), first_size);
        first = body_reader(std::move(front));
    }
    if (all.length > first.range().length && !store::strong_etag(first.object().etag))
        fail(errc::protocol, *store, where, "the store gives no strong ETag, so parts could be of different versions; use strategy single");

    if (options.opened) options.opened(first.object());
    get_options others = pinned(options.get, first.object());
    co_return opening(std::move(first), all, std::move(others));
}

}  // namespace sluice::inline v0::transfer
