#pragma once

#include "async/clock.hpp"
#include "backend/file/core.hpp"
#include "backend/file/roots.hpp"
#include "store/edge.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::file {

/// One public operation on its way: what its steps share, and how its failure is told.
///
/// Lifetime: outlives its coroutines; lives in the frame of the outermost one.
class operation final : public store::edge {
public:
    /// `name` is a literal.
    operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, char const* name, object_key key);

    core const& store() const noexcept { return *store_; }
    object_key const& key() const noexcept { return key_; }
    uring::files& files() const noexcept { return files_; }
    async::clock& clock() const noexcept { return clock_; }
    boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// The folder all keys are relative to.
    awaitable<result<roots::folder>> root(bool make = false);
    /// The same, where nothing else would tell that it has been removed and made again.
    awaitable<result<roots::folder>> living_root();
    /// Whether what was not found under `root` was so because `root` is no more: then it is worth another try.
    awaitable<bool> lost(roots::folder root);

    void succeeded(std::uint64_t bytes) const;

    std::string_view name() const override { return name_; }
    std::string uri() const override { return store_->uri + key_; }
    void describe(error_info& info) const override;

private:
    std::shared_ptr<core const> store_;
    boost::asio::any_io_executor executor_;
    uring::files& files_;
    async::clock& clock_;
    char const* name_;
    object_key key_;
    async::time_point began_;
};

/// Awaits `work(op)`, a coroutine that answers result<T>, for at most the time `options` give; failures leave as `error`.
/// `work` lives as long as its coroutine.
template <class T, class Work>
awaitable<T> at_edge(std::shared_ptr<core const> store, char const* name, object_key key, call_options options, Work work) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), name, std::move(key));
    try {
        result<T> done = failure(errc::timed_out, {});
        std::chrono::nanoseconds const limit = options.time_limit.value_or(std::chrono::nanoseconds::zero());
        if (limit > std::chrono::nanoseconds::zero()) {
            auto const timed = [&]() -> awaitable<void> { done = co_await work(&op); };
            co_await async::with_deadline(limit, timed);
        } else {
            done = co_await work(&op);
        }
        co_return op.deliver(std::move(done));
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::file
