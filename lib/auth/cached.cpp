#include "async/clock.hpp"
#include "async/entropy.hpp"
#include "async/event.hpp"
#include "auth/key_schedule.hpp"
#include "auth/provider.hpp"

#include <boost/asio/this_coro.hpp>

#include <mutex>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

using keys_pointer = std::shared_ptr<credentials const>;

/// What all who ask share. One of them fetches, in his own coroutine: when he is cancelled, the next takes over.
struct shared_keys {
    explicit shared_keys(std::shared_ptr<provider> p) : from(std::move(p)) {}

    std::shared_ptr<provider> const from;
    async::event landed;
    std::mutex mutex;  // guards what follows
    key_schedule schedule;
    keys_pointer keys;
    std::optional<failure> failed;  // the last flight
    std::uint64_t flights = 0;      // ended, but for those that were cancelled
    bool flying = false;
};

/// Ends a flight however it is left.
class flight {
public:
    explicit flight(shared_keys* of) noexcept : of_(of) {}
    flight(flight const&) = delete;
    flight& operator=(flight const&) = delete;
    ~flight() {
        {
            std::lock_guard const lock(of_->mutex);
            of_->flying = false;
        }
        of_->landed.notify_all();
    }

private:
    shared_keys* of_;
};

awaitable<void> fly(shared_keys* of, async::clock const* clock, double chance) {
    flight const here(of);
    result<credentials> fetched = co_await of->from->fetch();
    std::lock_guard const lock(of->mutex);
    ++of->flights;
    if (fetched) {
        of->schedule.fetched(fetched->expires, clock->wall(), chance);
        of->keys = std::make_shared<credentials const>(std::move(*fetched));
        of->failed.reset();
    } else {
        of->schedule.failed(clock->wall(), chance);
        of->failed = std::move(fetched).error();
    }
}

/// `f` is everybody's who waited: what is thrown is a copy of its own.
[[noreturn]] void raise(failure const& f, provider const& from) {
    failure own(f.reason(), {});
    own.info() = f.info();
    throw_error(std::move(own), "get credentials", from.name());
}

awaitable<keys_pointer> get(std::shared_ptr<shared_keys> of) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    double const chance = async::entropy::of(executor).fraction();
    std::unique_lock lock(of->mutex);
    std::uint64_t const before = of->flights;
    for (;;) {
        key_need const need = of->schedule.need(clock.wall());
        bool const nobody_waits = need == key_need::none || (need == key_need::soon && of->flying);
        bool const tried = of->flights != before;  // since we asked
        if (nobody_waits || (tried && of->keys && need != key_need::now)) co_return of->keys;
        if (tried && of->failed) raise(*of->failed, *of->from);
        if (of->flying) {
            co_await of->landed.wait(lock);
            lock.lock();
            continue;
        }
        of->flying = true;
        lock.unlock();
        co_await fly(of.get(), &clock, chance);
        lock.lock();
    }
}

class cached_source final : public credential_source {
public:
    explicit cached_source(std::shared_ptr<provider> from) : shared_(std::make_shared<shared_keys>(std::move(from))) {}

    // Not a coroutine itself: the awaitable may outlive the source.
    awaitable<keys_pointer> get() override { return auth::get(shared_); }

    void rejected(keys_pointer const& keys) override {
        std::lock_guard const lock(shared_->mutex);
        if (shared_->keys == keys) shared_->schedule.rejected();
    }

private:
    std::shared_ptr<shared_keys> const shared_;
};

}  // namespace

std::shared_ptr<credential_source> cached(std::shared_ptr<provider> from) { return std::make_shared<cached_source>(std::move(from)); }

}  // namespace sluice::inline v0::auth
