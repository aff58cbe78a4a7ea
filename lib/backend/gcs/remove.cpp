#include "backend/gcs/remove.hpp"

#include "async/clock.hpp"
#include "async/workers.hpp"
#include "backend/gcs/operation.hpp"
#include "cloud/removal.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::size_t in_flight = 32;
constexpr std::size_t drain_limit = 64 * 1024;

/// What the removals of one call share.
struct removal {
    removal(std::shared_ptr<core const> of, std::vector<object_key> what, call_options how, async::time_point until)
        : store(std::move(of)),
          keys(std::move(what)),
          options(std::move(how)),
          deadline(until) {}

    std::shared_ptr<core const> const store;
    std::vector<object_key> const keys;
    call_options const options;
    async::time_point const deadline;
    std::atomic<std::size_t> next{0};
    cloud::removal_desk desk;
};

awaitable<void> remove_one(removal* const all, object_key key) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    call_options const options = cloud::left_of(all->options, all->deadline, async::clock::of(executor).now());
    operation op(all->store, std::move(executor), "remove", std::move(key), retry::operation_kind::overwrite, options);
    try {
        recipe const r = delete_recipe(op.bucket(), op.key());
        result<http::response> answer = co_await op.send(&r);
        bool const bucket_is_gone = !answer && answer.error().info().service_message.find("bucket does not exist") != std::string::npos;
        if (answer) {
            co_await answer->drain(drain_limit);
            all->desk.removed();
        } else if (answer.error().reason() == errc::not_found && !bucket_is_gone) {
            all->desk.removed();
        } else if (answer.error().reason() == errc::permission_denied) {
            all->desk.failed(op.key(), answer.error());
        } else {
            op.raise(std::move(answer).error());
        }
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

void check_all(std::vector<object_key> const& keys, std::shared_ptr<core const> const& store) {
    for (object_key const& key : keys)
        if (auto const good = check_key(key); !good) throw_error(good.error(), "remove", store->uri + key);
}

}  // namespace

awaitable<remove_report> remove(std::shared_ptr<core const> store, std::vector<object_key> keys, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    check_all(keys, store);
    async::nanoseconds const limit = options.time_limit.value_or(store->limits.operation);
    async::time_point const deadline = async::limit_after(async::clock::of(executor).now(), limit);
    removal all(std::move(store), std::move(keys), std::move(options), deadline);
    auto const work = [&all]() -> awaitable<void> {
        for (std::size_t i = all.next++; i < all.keys.size(); i = all.next++) co_await remove_one(&all, all.keys[i]);
    };
    co_await async::run_workers(std::min(in_flight, all.keys.size()), &work);
    co_return all.desk.take();
}

}  // namespace sluice::inline v0::gcs
