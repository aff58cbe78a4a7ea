#include "store/at_edge.hpp"
#include "store/complete_after.hpp"
#include "store/conditions.hpp"
#include "transfer/copy_plan.hpp"
#include "transfer/part_reader.hpp"

#include <sluice/operations.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// Counts what has arrived and tells it.
class counter {
public:
    counter(progress report, std::uint64_t total) : report_(std::move(report)), total_(total) {}
    void add(std::uint64_t bytes) {
        std::lock_guard const lock(mutex_);
        done_ += bytes;
        if (report_) report_(done_, total_);
    }

private:
    progress const report_;
    std::uint64_t const total_;
    std::mutex mutex_;  // also of `report`: one call at a time
    std::uint64_t done_ = 0;
};

/// One version of an object as the bytes of a put: bodies in order, and the object opened again where it is asked to go back.
class object_source final : public payload_source {
public:
    object_source(std::shared_ptr<object_store> store, object_key where, opening from, progress report)
        : store_(std::move(store)),
          where_(std::move(where)),
          object_(from.object()),
          pinned_(std::move(from.others)),
          report_(std::move(report)),
          body_(std::move(from.first)) {
        if (!store::strong_etag(object_.etag)) pinned_.if_match.clear();  // If-Match never holds for a weak one
    }

    std::uint64_t size() const noexcept override { return object_.size; }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        while (!into.empty()) {
            bool const goes_on = body_ && offset == at_;
            if (!goes_on) co_await reopen(offset);
            std::size_t const n = co_await body_->read_all(into);
            at_ = offset += n;
            into = into.subspan(n);
            if (!into.empty()) body_.reset();  // it was of the front only
            if (n == 0 && !goes_on) fail(errc::truncated, *store_, where_, "the object ends before the size it told");
        }
        if (report_) report_(at_, object_.size);
    }

private:
    awaitable<void> reopen(std::uint64_t offset) {
        body_.reset();
        pinned_.range = byte_range::from(offset);
        body_ = co_await store_->get(where_, pinned_);
        at_ = offset;
        check_same_version(object_, body_->object(), *store_, where_);
        if (body_->range() != resolve(pinned_.range, object_.size))
            fail(errc::protocol, *store_, where_, "the store opened another range than was asked for");
    }

    std::shared_ptr<object_store> const store_;
    object_key const where_;
    object_meta const object_;
    get_options pinned_;
    progress const report_;
    std::optional<body_reader> body_;
    std::uint64_t at_ = 0;  // where the body stands
};

/// The parts of `reader` into `into`, but for those that are there already; how many bytes those have.
awaitable<std::uint64_t> fill(part_reader* reader, lanes on, upload into, counter* done) {
    finished_parts const there(into.parts());
    std::atomic<std::uint64_t> kept = 0;
    auto const each = [&](std::uint64_t i) -> awaitable<void> {
        part_place const where{static_cast<std::uint32_t>(i + 1), reader->offset(i)};
        std::uint64_t const length = reader->part(i).length;
        if (i > 0 && there.has(where, length)) {  // the first is on its way already
            kept += length;
        } else {
            bytes part = co_await reader->fetch(i);
            payload data(std::move(part));
            co_await into.write(where, std::move(data));
        }
        done->add(length);
    };
    co_await for_each_part(reader, std::move(on), &each);
    co_return kept.load();
}

/// `told` by the answer to a range of `what`. Of an empty object that is a refusal, which says no more than that it is empty.
awaitable<object_meta> described(std::shared_ptr<object_store> from, object_key what, object_meta told, head_options how) {
    if (told.size != 0 || !told.etag.empty()) co_return std::move(told);
    object_meta now = co_await from->head(std::move(what), std::move(how));
    if (now.size == 0) co_return std::move(now);
    co_return std::move(told);  // it has been replaced since
}

awaitable<copied> copy_within(std::shared_ptr<object_store> store, object_key what, object_key as, copy_options options) {
    store_copy_options how;
    static_cast<put_options&>(how) = std::move(options.put);
    get_options& read = options.read.get;
    if (!how.time_limit) how.time_limit = read.time_limit;
    how.source = std::move(read);
    how.report = std::move(options.report);
    copied result = co_await store->copy(std::move(what), std::move(as), std::move(how));
    if (options.read.opened) options.read.opened(result.object);
    co_return std::move(result);
}

awaitable<copied> copy(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to, object_key as,
                       copy_options options) {
    if (from == to && from->can().copies)
        co_return co_await copy_within(std::move(from), std::move(what), std::move(as), std::move(options));
    range_engine_options read = settled(options.read, from->can().reading);
    check(read, *from, what);
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    async::time_point const deadline = deadline_of(options.read, clock);
    capabilities const able = to->can();
    bool const in_order = options.read.strategy == read_strategy::single || !able.uploads;
    bool const habit_of_one = !in_order && *read.strategy == read_strategy::single;
    if (habit_of_one) read.strategy = read_strategy::ranges;  // a part must be readable again
    bool const own_sizes = options.read.threshold || options.read.part_size;
    if (!own_sizes)
        read.threshold = read.part_size;  // the first part is one of the upload's, and some services want all but the last alike
    read.threshold = std::max(*read.threshold, able.min_part);
    opening first = co_await open_first(from, what, byte_range::whole(), *read.threshold, read, deadline);
    get_options const limited = until(read.get, clock, deadline);
    head_options how(static_cast<head_options const&>(limited));
    object_meta const object = co_await described(from, what, first.object(), std::move(how));
    put_options put = put_options_for(std::move(options.put), object, able);
    counter done(options.report, object.size);

    copied result;
    if (object.size <= *read.threshold) {
        part_reader reader(from, what, &first, read, clock, deadline);
        bytes all = co_await reader.fetch(0);
        payload data(std::move(all));
        result.put = co_await to->put(std::move(as), std::move(data), std::move(put));
        done.add(object.size);
    } else if (in_order) {
        if (able.resumes_puts && put.resume_as.empty()) put.resume_as = resume_name(from->uri() + what, object, object.size, object.size);
        payload data(std::make_shared<object_source>(from, what, std::move(first), options.report));
        result.put = co_await to->put(std::move(as), std::move(data), std::move(put));
    } else {
        read.part_size = read.least_part = upload_part_size(*read.part_size, first.rest(), able);
        if (able.resumes && put.resume_as.empty())
            put.resume_as = resume_name(from->uri() + what, object, first.first.range().length, *read.part_size);
        upload into = co_await to->create_upload(std::move(as), std::move(put));
        part_reader reader(from, what, &first, read, clock, deadline, tail_part::kept);
        auto const parts = [&]() -> awaitable<void> {
            co_await reader.begin();
            lanes on(read, executor);
            result.resumed = co_await fill(&reader, std::move(on), into, &done);
            reader.finish();
        };
        result.put = co_await store::complete_after(parts, into, options.keep_partial);
    }
    result.object = object;
    co_return std::move(result);
}

}  // namespace

}  // namespace transfer

awaitable<copied> copy_object(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to, object_key as,
                              copy_options options) {
    return store::at_edge("copy", from->uri() + what, transfer::copy(from, what, std::move(to), std::move(as), std::move(options)));
}

}  // namespace sluice::inline v0
