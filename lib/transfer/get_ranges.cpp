#include "async/workers.hpp"
#include "store/at_edge.hpp"
#include "store/conditions.hpp"
#include "transfer/opening.hpp"
#include "transfer/range_plan.hpp"

#include <sluice/operations.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// One request of `get_ranges` and the results it serves.
struct wanted_request {
    wanted_request(byte_range range, std::vector<std::size_t> serves) : range(range), serves(std::move(serves)) {}
    byte_range range;
    std::vector<std::size_t> serves;
};

/// Bounded ranges are merged; a suffix or an open end is a request of its own, since its place is not known yet.
std::vector<wanted_request> plan_requests(std::vector<byte_range> const& ranges, std::uint64_t gap) {
    std::vector<wanted_range> bounded;
    std::vector<std::size_t> index;
    std::vector<wanted_request> requests;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].what == byte_range::kind::bounded) {
            if (ranges[i].length == 0) continue;
            bounded.push_back({ranges[i].offset, ranges[i].length, 0});
            index.push_back(i);
        } else {
            requests.emplace_back(ranges[i], std::vector<std::size_t>{i});
        }
    }
    for (merged_range const& m : merge_ranges(bounded, gap)) {
        std::vector<std::size_t> serves;
        for (std::size_t const k : m.serves) serves.push_back(index[k]);
        requests.emplace_back(byte_range::bounded(m.offset, m.length), std::move(serves));
    }
    return requests;
}

[[noreturn]] void fail_range(object_store const& store, object_key const& where, byte_range range, std::uint64_t size) {
    throw_error(failure(errc::range_not_satisfiable,
                        "the range begins at " + std::to_string(range.offset) + " of " + std::to_string(size) + " bytes"),
                "get_ranges", store.uri() + where);
}

/// Runs one request and hands out its slices.
awaitable<object_meta> run_request(std::shared_ptr<object_store> store, object_key where, wanted_request const* request,
                                   std::vector<byte_range> const* ranges, get_options options, std::vector<bytes>* results) {
    options.range = request->range;
    body_reader body = co_await store->get(where, options);
    resolved_range const got = body.range();
    if (got != resolve(request->range, body.object().size))
        fail(errc::protocol, *store, where, "the store opened another range than was asked for");
    std::shared_ptr<std::byte[]> memory = std::make_shared_for_overwrite<std::byte[]>(got.length);
    std::span<std::byte> const into(memory.get(), got.length);
    std::size_t const n = co_await body.read_all(into);
    if (n != got.length) throw_error(failure(errc::truncated, "the body ended early"), "get_ranges", store->uri() + where);

    bytes const all(std::move(memory), into);
    std::uint64_t const size = body.object().size;
    for (std::size_t const i : request->serves) {
        byte_range const wanted = (*ranges)[i];
        resolved_range const part = resolve(wanted, size);
        if (wanted.what == byte_range::kind::bounded && part.length == 0) fail_range(*store, where, wanted, size);
        (*results)[i] = all.slice(part.offset - got.offset, part.length);
    }
    co_return body.object();
}

awaitable<std::vector<bytes>> get_ranges(std::shared_ptr<object_store> store, object_key where, std::vector<byte_range> ranges,
                                         get_ranges_options options) {
    std::vector<bytes> results(ranges.size());
    std::vector<wanted_request> const requests = plan_requests(ranges, options.gap);
    if (requests.empty()) co_return results;

    // The first answer tells the version, and all others must be of it.
    object_meta const opened = co_await run_request(store, where, &requests[0], &ranges, options.get, &results);
    if (requests.size() == 1) co_return results;
    if (!store::strong_etag(opened.etag))
        throw_error(failure(errc::protocol, "the store gives no strong ETag, so ranges could be of different versions"), "get_ranges",
                    store->uri() + where);
    get_options const others = pinned(options.get, opened);

    std::atomic<std::size_t> next = 1;
    auto work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < requests.size(); i = next++) {
            object_meta const part = co_await run_request(store, where, &requests[i], &ranges, others, &results);
            check_same_version(opened, part, *store, where);
        }
    };
    co_await async::run_workers(std::min(std::max<std::size_t>(options.in_flight, 1), requests.size() - 1), &work);
    co_return results;
}

}  // namespace

}  // namespace transfer

awaitable<std::vector<bytes>> get_ranges(std::shared_ptr<object_store> store, object_key where, std::vector<byte_range> ranges,
                                         get_ranges_options options) {
    return store::at_edge("get_ranges", store->uri() + where, transfer::get_ranges(store, where, std::move(ranges), std::move(options)));
}

}  // namespace sluice::inline v0
