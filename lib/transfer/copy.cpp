#include "transfer/at_edge.hpp"
#include "transfer/copy_plan.hpp"
#include "transfer/part_reader.hpp"
#include "transfer/workers.hpp"

#include <sluice/async/shield.hpp>
#include <sluice/operations.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// Counts what has arrived and tells it.
class counter {
public:
    counter(progress report, std::uint64_t total) : report_(std::move(report)), total_(total) {}
    void add(std::uint64_t bytes) {
        std::uint64_t const done = done_ += bytes;
        if (report_) report_(done, total_);
    }

private:
    progress const report_;
    std::uint64_t const total_;
    std::atomic<std::uint64_t> done_ = 0;
};

/// One version of an object as the bytes of a put, for stores that write in one request: read again as often as it is asked.
class object_source final : public payload_source {
public:
    object_source(std::shared_ptr<object_store> store, object_key where, object_meta object, get_options pinned, progress report)
        : store_(std::move(store)),
          where_(std::move(where)),
          object_(std::move(object)),
          pinned_(std::move(pinned)),
          report_(std::move(report)) {}

    std::uint64_t size() const noexcept override { return object_.size; }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        read_result const got = co_await store_->read(where_, byte_range::bounded(offset, into.size()), into, pinned_);
        check_same_version(object_, got.object, *store_, where_);
        if (got.range.length != into.size()) fail(errc::truncated, *store_, where_, "a part ended early");
        if (report_) report_(offset + into.size(), object_.size);
    }

private:
    std::shared_ptr<object_store> store_;
    object_key where_;
    object_meta object_;
    get_options pinned_;
    progress report_;
};

/// The parts of `reader` into `into`, but for those that are there already; how many bytes those have.
awaitable<std::uint64_t> fill(part_reader* reader, upload into, counter* done) {
    finished_parts const there(into.parts());
    std::atomic<std::uint64_t> kept = 0;
    auto work = [&]() -> awaitable<void> {
        for (std::optional<std::uint64_t> i = reader->claim(); i; i = reader->claim()) {
            part_place const where{static_cast<std::uint32_t>(*i + 1), reader->offset(*i)};
            std::uint64_t const length = reader->part(*i).length;
            if (*i > 0 && there.has(where, length)) {  // the first is on its way already
                kept += length;
            } else {
                bytes part = co_await reader->fetch(*i);
                payload data(std::move(part));
                co_await into.write(where, std::move(data));
            }
            done->add(length);
        }
    };
    co_await run_workers(reader->window(), &work);
    co_return kept.load();
}

/// Fills and completes an upload; one that fails is aborted, or left to be taken up again.
awaitable<copied> copy_in_parts(part_reader* reader, upload into, bool keep_partial, counter* done) {
    copied result;
    std::exception_ptr failed;
    try {
        result.resumed = co_await fill(reader, into, done);
        result.put = co_await into.complete();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed) co_return std::move(result);
    if (!keep_partial) {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        auto const abort = [&into, &failed]() -> awaitable<void> {
            try {
                co_await into.abort();
            } catch (error const& e) {
                failed = with_left_behind(failed, into.id(), e);
            }
        };
        co_await async::shield(abort);
        co_await boost::asio::this_coro::throw_if_cancelled(true);
    }
    std::rethrow_exception(failed);
}

awaitable<copied> copy(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to, object_key as,
                       copy_options options) {
    range_engine_options read = settled(options.read, from->can().reading);
    check(read, *from, what);
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    async::time_point const deadline = deadline_of(options.read, clock);
    capabilities const able = to->can();
    read.strategy = read_strategy::ranges;  // a part must be readable again
    read.threshold = std::max(*read.threshold, able.min_part);
    opening first = co_await open_first(from, what, byte_range::whole(), *read.threshold, read, deadline);
    object_meta const object = first.object();
    put_options put = put_options_for(std::move(options.put), object, able);
    counter done(options.report, object.size);

    copied result;
    if (first.rest() == 0) {
        part_reader reader(from, what, &first, read, clock, deadline);
        bytes all = co_await reader.fetch(0);
        payload data(std::move(all));
        result.put = co_await to->put(std::move(as), std::move(data), std::move(put));
        done.add(object.size);
    } else if (able.uploads) {
        read.part_size = upload_part_size(*read.part_size, first.rest(), able);
        if (able.resumes && put.resume_as.empty())
            put.resume_as = resume_name(from->uri() + what, object, first.first.range().length, *read.part_size);
        upload into = co_await to->create_upload(std::move(as), std::move(put));
        part_reader reader(from, what, &first, read, clock, deadline, tail_part::kept);
        result = co_await copy_in_parts(&reader, std::move(into), options.keep_partial, &done);
    } else {
        payload data(std::make_shared<object_source>(from, what, object, first.others, options.report));
        result.put = co_await to->put(std::move(as), std::move(data), std::move(put));
    }
    result.object = object;
    co_return std::move(result);
}

}  // namespace

}  // namespace transfer

awaitable<copied> copy_object(std::shared_ptr<object_store> from, object_key what, std::shared_ptr<object_store> to, object_key as,
                              copy_options options) {
    return transfer::at_edge("copy", from, what, transfer::copy(from, what, std::move(to), std::move(as), std::move(options)));
}

}  // namespace sluice::inline v0
