#include "backend/azure/remove.hpp"

#include "async/clock.hpp"
#include "async/workers.hpp"
#include "backend/azure/batch.hpp"
#include "backend/azure/operation.hpp"
#include "backend/azure/request.hpp"
#include "cloud/removal.hpp"
#include "store/at_edge.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace sluice::inline v0::azure {

namespace {

using store_pointer = std::shared_ptr<core const>;

constexpr std::size_t requests_in_flight = 16, batches_in_flight = 4;
constexpr std::size_t drain_limit = 64 * 1024;

/// What the requests of one call share. Threads: any.
struct removal {
    removal(store_pointer of, call_options how, async::time_point until) : store(std::move(of)), options(std::move(how)), deadline(until) {}

    store_pointer const store;
    call_options const options;
    async::time_point const deadline;
    cloud::removal_desk desk;

    /// A batch leaves it: it needs a request of its own.
    void leave(object_key key) {
        std::lock_guard const lock(mutex_);
        left_.push_back(std::move(key));
    }
    std::vector<object_key> take_left() { return std::exchange(left_, {}); }

private:
    std::mutex mutex_;
    std::vector<object_key> left_;
};

awaitable<void> remove_one(removal* const all, object_key key) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    call_options const options = cloud::left_of(all->options, all->deadline, async::clock::of(executor).now());
    operation op(all->store, std::move(executor), "remove", std::move(key), retry::operation_kind::overwrite, options);
    try {
        recipe const r = delete_recipe(op.key());
        result<http::response> answer = co_await op.send(&r);
        if (answer) co_await answer->drain(drain_limit);
        if (answer || is_gone(answer.error())) {
            all->desk.removed();
            op.succeeded(0);
            co_return;
        }
        if (!is_of_key(answer.error())) op.raise(std::move(answer).error());
        all->desk.failed(op.key(), answer.error());
    } catch (...) {
        op.rethrow();
    }
}

void sort_out(removal& all, std::span<object_key const> const keys, std::vector<batch_answer> const& answers, sent_as const& as) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::optional<failure> why;
        switch (fate_of(answers[i], as, why)) {
        case key_fate::removed: all.desk.removed(); break;
        case key_fate::refused: all.desk.failed(keys[i], *why); break;
        case key_fate::alone: all.leave(keys[i]); break;
        }
    }
}

bool tells_nothing(std::vector<batch_answer> const& answers) noexcept {
    return std::ranges::all_of(answers, [](batch_answer const& one) { return one.status == 0; });
}

/// One request for as many of the keys as it takes, whose number it returns. A service that refuses it as such, or answers something else,
/// leaves all of them.
awaitable<std::size_t> remove_batch(removal* const all, std::span<object_key const> keys) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    call_options const options = cloud::left_of(all->options, all->deadline, async::clock::of(executor).now());
    operation op(all->store, std::move(executor), "remove", {}, retry::operation_kind::overwrite, options);
    try {
        result<std::string> text = co_await op.send_batch(keys);
        if (!text && !refuses_batches(text.error())) op.raise(std::move(text).error());
        keys = keys.first(op.batched());
        std::vector<batch_answer> answers(keys.size());
        if (text)
            if (auto told = parse_batch(*text, keys.size())) answers = *std::move(told);
        if (tells_nothing(answers)) op.learn_no_batches();
        sort_out(*all, keys, answers, op.sent());
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
    co_return keys.size();
}

awaitable<void> remove_in_batches(removal* const all, std::span<object_key const> keys) {
    while (!keys.empty() && all->store->batches()) {
        std::size_t const done = co_await remove_batch(all, keys);
        keys = keys.subspan(done);
    }
    for (object_key const& key : keys) all->leave(key);
}

awaitable<void> remove_all_in_batches(removal* const all, std::span<object_key const> keys) {
    std::size_t const batches = (keys.size() + batch_limit - 1) / batch_limit;
    std::atomic<std::size_t> next = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < batches; i = next++) {
            std::span<object_key const> const rest = keys.subspan(i * batch_limit);
            co_await remove_in_batches(all, rest.first(std::min(batch_limit, rest.size())));
        }
    };
    co_await async::run_workers(std::min(batches_in_flight, batches), &work);
}

awaitable<void> remove_side_by_side(removal* const all, std::span<object_key const> keys) {
    std::atomic<std::size_t> next = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < keys.size(); i = next++) co_await remove_one(all, keys[i]);
    };
    co_await async::run_workers(std::min(requests_in_flight, keys.size()), &work);
}

awaitable<remove_report> remove_all(store_pointer store, std::vector<object_key> keys, call_options options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    for (object_key const& key : keys) {
        result<void> const checked = check_key(key);
        if (!checked) throw_error(checked.error(), "remove", store->uri + key);
    }
    async::nanoseconds const limit = options.time_limit.value_or(store->limits.operation);
    async::time_point const deadline = async::limit_after(async::clock::of(executor).now(), limit);
    removal all(std::move(store), std::move(options), deadline);
    if (keys.size() > 1) {
        co_await remove_all_in_batches(&all, keys);
        keys = all.take_left();
    }
    co_await remove_side_by_side(&all, keys);
    co_return all.desk.take();
}

}  // namespace

awaitable<remove_report> remove(store_pointer store, std::vector<object_key> keys, call_options options) {
    std::string where = store->uri;
    if (keys.size() == 1) where += keys.front();
    return store::at_edge("remove", std::move(where), remove_all(std::move(store), std::move(keys), std::move(options)));
}

}  // namespace sluice::inline v0::azure
