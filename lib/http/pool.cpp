#include "http/pool.hpp"

#include "http/exchange.hpp"
#include "http/in_words.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::http {

namespace {

using verdict = pool_state<std::unique_ptr<connection>>::verdict;

// A connection that came back just now is not asked again whether the server has closed it: what was read last told.
constexpr std::chrono::milliseconds fresh_enough(1);

void close(std::vector<std::unique_ptr<connection>> evicted) noexcept {
    for (std::unique_ptr<connection> const& c : evicted) c->stream().farewell();
}

/// One who waits. If he leaves although a place was granted to him, the place goes on to the next.
class waiter {
public:
    waiter(pool_core& core, origin_pool& home, std::unique_lock<std::mutex> lock) noexcept
        : core_(core),
          home_(home),
          lock_(std::move(lock)) {
        ++home_.waiting;
    }
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    ~waiter() {
        if (!left_) claim().keep();
    }

    std::unique_lock<std::mutex>& lock() noexcept { return lock_; }
    bool* arrived() noexcept { return &arrived_; }

    /// The place granted, or an empty lease.
    lease claim() noexcept {
        if (!lock_.owns_lock()) lock_.lock();  // held still when the wait was cancelled before it began
        std::unique_lock const mine = std::move(lock_);
        left_ = true;
        --home_.waiting;
        if (!arrived_) return {};
        auto granted = home_.state.collect();
        if (granted.what == verdict::open) return lease(core_, home_);
        ++home_.reused;
        return lease(std::move(granted.member));
    }

private:
    pool_core& core_;
    origin_pool& home_;
    std::unique_lock<std::mutex> lock_;
    bool arrived_ = false;
    bool left_ = false;
};

}  // namespace

asio::execution_context::id pool::id;

pool& pool::of(asio::any_io_executor const& executor) { return asio::use_service<pool>(asio::query(executor, asio::execution::context)); }

pool::pool(asio::execution_context& context)
    : service(context),
      clock_(asio::use_service<async::clock>(context)),
      core_(std::make_shared<pool_core>()) {}

pool::~pool() = default;

void pool::shutdown() {
    // Now, not in the destructor: the sockets' own service may be a newer one than this and go before.
    core_->shutdown();
    core_->bury();
}

lease pool::take(net::origin const& to, pool_options const& options) {
    for (;;) {
        std::unique_lock lock(core_->mutex);
        found what = look(to, options, lock);
        if (!what.doubtful || what.place->stream().quiet()) return std::move(what.place);
        // The server has closed it, or said something nobody asked for.
        origin_pool& home = what.place.home();
        what.place.close();
        lock.lock();
        --home.reused;
    }
}

/// What the state says. `lock` is held before, and afterwards only if one must wait.
pool::found pool::look(net::origin const& to, pool_options const& options, std::unique_lock<std::mutex>& lock) {
    origin_pool& home = core_->at(to);
    auto taken = home.state.take(options, clock_.now());
    while (!taken.evicted.empty() && taken.what == verdict::wait) {
        lock.unlock();
        close(std::move(taken.evicted));
        lock.lock();
        taken = home.state.take(options, clock_.now());
    }
    found answer;
    if (taken.what == verdict::wait) return answer;
    if (taken.what == verdict::reuse) ++home.reused;
    lock.unlock();
    if (!taken.evicted.empty()) close(std::move(taken.evicted));
    if (taken.what == verdict::open) {
        answer.place = lease(*core_, home);
    } else {
        answer.place = lease(std::move(taken.member));
        answer.doubtful = taken.idle_for >= fresh_enough;
    }
    return answer;
}

awaitable<result<lease>> pool::wait(net::origin const* to, pool_options const* options, timeouts const* limits,
                                    async::time_point deadline) {
    async::time_point const limit = async::limit_after(clock_.now(), limits->pool_wait);
    std::unique_lock lock(core_->mutex);
    found already = look(*to, *options, lock);  // since `take`
    if (already.place) co_return std::move(already.place);
    origin_pool& home = core_->at(*to);
    waiter self(*core_, home, std::move(lock));
    co_await home.freed.wait(self.lock(), std::min(limit, deadline), self.arrived());
    lease granted = self.claim();
    if (granted) co_return granted;
    std::string text = "no connection to " + in_words(*to) + " became free ";
    text += limit <= deadline ? "within " + in_words(limits->pool_wait) + " (limit timeouts.pool_wait)" : "before the operation's deadline";
    text += "; all " + std::to_string(options->max_connections) + " (pool_options.max_connections) are in use";
    co_return failure(errc::timed_out, std::move(text));
}

awaitable<std::optional<failure>> pool::dial(lease* place, net::origin const* to, timeouts const* limits, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    net::origin where = *to;
    result<std::unique_ptr<net::stream>> dialled = co_await net::dial(std::move(where), *limits, deadline);
    if (!dialled) co_return dialled.error();
    place->connect(std::make_unique<connection>(core_, place->home(), clock, std::move(dialled).value()));
    std::lock_guard const lock(core_->mutex);
    ++place->home().opened;
    co_return std::nullopt;
}

std::unique_ptr<exchange> pool::make_exchange() {
    std::unique_ptr<exchange> spare = core_->take_spare();
    return spare ? std::move(spare) : std::make_unique<exchange>(core_);
}

}  // namespace sluice::inline v0::http
