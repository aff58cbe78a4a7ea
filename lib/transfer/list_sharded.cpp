#include "async/event.hpp"
#include "store/at_edge.hpp"
#include "transfer/shard_plan.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/listing.hpp>

#include <mutex>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// One listing: workers that ask for pages, and one who gives them out.
class sharded_listing {
public:
    sharded_listing(std::shared_ptr<object_store> store, std::string prefix, sharded_list_options options)
        : store_(std::move(store)),
          prefix_(std::move(prefix)),
          options_(std::move(options)),
          plan_(prefix_, options_.start_after, limits_of(options_)) {}

    std::size_t workers() const noexcept { return std::max<std::size_t>(options_.in_flight, 1); }

    /// Until nothing is left to ask for.
    awaitable<void> work() {
        for (;;) {
            std::optional<shard_plan::request> todo = co_await next();
            if (!todo) co_return;
            list_options how;
            how.time_limit = options_.time_limit;
            how.on_attempt = options_.on_attempt;
            how.start_after = std::move(todo->after);
            list_page page = co_await store_->list(prefix_, how);
            answered(todo->shard, std::move(page));
        }
    }

    awaitable<void> give_out(page_visitor const* visit) {
        for (;;) {
            list_page page = co_await next_page();
            if (page.objects.empty()) co_return;
            bool const more = co_await (*visit)(std::move(page));
            if (!more) co_return;
        }
    }

private:
    static shard_plan::limits limits_of(sharded_list_options const& options) {
        shard_plan::limits most;
        most.in_flight = std::max<std::size_t>(options.in_flight, 1);
        most.memory = options.memory_limit;
        return most;
    }

    awaitable<std::optional<shard_plan::request>> next() {
        for (;;) {
            std::unique_lock lock(mutex_);
            std::optional<shard_plan::request> todo = plan_.next();
            if (todo || plan_.done()) co_return todo;
            co_await changed_.wait(lock);
        }
    }

    void answered(std::uint64_t shard, list_page page) {
        std::unique_lock lock(mutex_);
        result<void> const taken = plan_.answered(shard, std::move(page));
        lock.unlock();
        if (!taken) throw_error(taken.error(), "list", store_->uri() + prefix_);
        changed_.notify_all();
    }

    /// Empty at the end.
    awaitable<list_page> next_page() {
        for (;;) {
            std::unique_lock lock(mutex_);
            list_page page;
            page.objects = plan_.take();
            bool const end = plan_.done();
            if (!page.objects.empty() || end) {
                lock.unlock();
                changed_.notify_all();  // there is room again, or nothing to do any more
                co_return std::move(page);
            }
            co_await changed_.wait(lock);
        }
    }

    std::shared_ptr<object_store> const store_;
    std::string const prefix_;
    sharded_list_options const options_;
    std::mutex mutex_;  // guards the plan
    shard_plan plan_;
    async::event changed_;
};

awaitable<void> list_sharded_of(std::shared_ptr<object_store> store, std::string prefix, sharded_list_options options, page_visitor visit) {
    if (!store->can().ordered_listing)
        throw_error(failure(errc::unsupported, "the store lists in no order, so the key space cannot be divided: see for_each_page"),
                    "list", store->uri() + prefix);
    sharded_listing listing(std::move(store), std::move(prefix), std::move(options));
    auto body = [&listing, &visit](async::task_group& group) -> awaitable<void> {
        for (std::size_t n = 0; n < listing.workers(); ++n) group.spawn([&listing] { return listing.work(); });
        co_await listing.give_out(&visit);
        group.cancel();
    };
    co_await async::with_task_group(body);
}

}  // namespace

}  // namespace transfer

awaitable<void> list_sharded(std::shared_ptr<object_store> store, std::string prefix, sharded_list_options options, page_visitor visit) {
    std::string const where = prefix;
    return store::at_edge("list", store->uri() + where,
                          transfer::list_sharded_of(store, std::move(prefix), std::move(options), std::move(visit)));
}

}  // namespace sluice::inline v0
