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

// A connection that came back just now is not asked whether it is still quiet: what was read last told. The question costs 0.6 us; 99 of
// 100 small GETs take a connection that was idle for less than 5 us. What the server says unasked within so short a time could as well be
// under way while we send: nobody can tell that from an answer.
constexpr std::chrono::microseconds fresh_enough(20);

void close(std::vector<std::unique_ptr<connection>> evicted) noexcept {
    for (std::unique_ptr<connection> const& c : evicted) c->stream().farewell();
}

}  // namespace

/// One who waits. If he leaves although a place was granted to him, the place goes on to the next.
class pool::waiter {
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
        if (left_) return;
        lease unwanted = claim({}).place;
        if (unwanted.connected() && unwanted->stream().quiet()) unwanted.keep();
    }

    awaitable<async::wake> turn(async::time_point deadline) { return home_.freed.wait(lock_, deadline, &arrived_); }

    /// The place granted, or an empty lease.
    found claim(async::time_point now) noexcept {
        if (!lock_.owns_lock()) lock_.lock();  // held still when the wait was cancelled before it began
        std::unique_lock const mine = std::move(lock_);
        left_ = true;
        --home_.waiting;
        found answer;
        if (!arrived_) return answer;
        auto granted = home_.state.collect(now);
        if (granted.what == verdict::open) {
            answer.place = lease(core_, home_);
            return answer;
        }
        ++home_.reused;
        answer.place = lease(std::move(granted.member));
        answer.idle_for = granted.idle_for;
        return answer;
    }

private:
    pool_core& core_;
    origin_pool& home_;
    std::unique_lock<std::mutex> lock_;
    bool arrived_ = false;
    bool left_ = false;
};

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

lease pool::take(net::origin const& to, pool_options const& options, bool careful) {
    for (;;) {
        std::unique_lock lock(core_->mutex);
        found what = look(to, options, lock);
        if (usable(what, careful)) return std::move(what.place);
    }
}

/// False: the server has closed the connection, or said something nobody asked for.
bool pool::usable(found& what, bool careful) {
    bool const doubtful = what.place.connected() && (careful || what.idle_for >= fresh_enough);
    if (!doubtful || what.place->stream().quiet()) return true;
    std::lock_guard const lock(core_->mutex);
    --what.place.home().reused;
    return false;
}

/// What the state says. `lock` is held before, and afterwards only if one must wait.
pool::found pool::look(net::origin const& to, pool_options const& options, std::unique_lock<std::mutex>& lock) {
    auto const close_unlocked = [&](std::vector<std::unique_ptr<connection>> gone) {
        lock.unlock();
        close(std::move(gone));
        lock.lock();
    };
    async::time_point const now = clock_.now();
    if (core_->to_be_swept(now)) close_unlocked(core_->sweep(now));
    origin_pool* home = &core_->at(to);
    auto taken = home->state.take(options, now);
    while (!taken.evicted.empty() && taken.what == verdict::wait) {
        close_unlocked(std::move(taken.evicted));
        home = &core_->at(to);
        taken = home->state.take(options, now);
    }
    found answer;
    if (taken.what == verdict::wait) return answer;
    if (taken.what == verdict::reuse) ++home->reused;
    lock.unlock();
    if (!taken.evicted.empty()) close(std::move(taken.evicted));
    answer.place = taken.what == verdict::open ? lease(*core_, *home) : lease(std::move(taken.member));
    answer.idle_for = taken.idle_for;
    return answer;
}

awaitable<result<lease>> pool::wait(net::origin const* to, pool_options const* options, timeouts const* limits, async::time_point deadline,
                                    bool careful) {
    async::time_point const limit = async::limit_after(clock_.now(), limits->pool_wait);
    std::unique_lock lock(core_->mutex);
    found place = look(*to, *options, lock);  // since `take`
    if (!place.place) {
        waiter self(*core_, core_->at(*to), std::move(lock));
        co_await self.turn(std::min(limit, deadline));
        place = self.claim(clock_.now());
    }
    if (!usable(place, careful)) place.place.disconnect();
    if (place.place) co_return std::move(place.place);
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
