#include "transfer/part_reader.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace sluice::inline v0::transfer {

part_reader::part_reader(std::shared_ptr<object_store> store, object_key where, opening* from, range_engine_options const& options,
                         async::clock const& clock, async::time_point deadline, tail_part const tail)
    : store_(std::move(store)),
      where_(std::move(where)),
      from_(from),
      clock_(clock),
      deadline_(deadline),
      others_(from->first.range().length, from->rest(), part_size_of(options, from->rest()), tail),
      whole_(store_, where_, from, count()) {
    std::uint64_t const block = std::max<std::uint64_t>({from->first.range().length, std::min(*options.part_size, from->rest()), 1});
    std::uint64_t const affordable = options.memory_limit / block;
    std::uint64_t const window = std::min<std::uint64_t>({*options.parts_in_flight, count(), affordable});
    window_ = static_cast<std::size_t>(std::max<std::uint64_t>(1, window));
    blocks_ = std::make_shared<block_pool>(block, window_);
}

awaitable<void> part_reader::begin() {
    if (whole_.wanted()) co_await whole_.ask(&clock_, deadline_);
}

awaitable<bytes> part_reader::fetch(std::uint64_t const i) {
    std::uint64_t const length = part(i).length;
    std::shared_ptr<std::byte> block = blocks_->take();
    std::span<std::byte> const into(block.get(), length);
    if (i == 0) {
        std::uint64_t const got = co_await from_->first.read_all(into);
        if (got != length) fail(errc::truncated, *store_, where_, "the body ended " + std::to_string(length - got) + " bytes early");
    } else {
        get_options const options = until(from_->others, clock_, deadline_);
        read_result const r = co_await store_->read(where_, byte_range::bounded(offset(i), length), into, options);
        check_same_version(from_->object(), r.object, *store_, where_);
        if (r.range != resolved_range{offset(i), length})
            fail(errc::protocol, *store_, where_, "the store read another range than was asked for");
    }
    whole_.took(i, into);
    co_return bytes(std::move(block), into);
}

}  // namespace sluice::inline v0::transfer
