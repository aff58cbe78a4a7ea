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

/// What all who ask share. One of them fetches, in his own coroutine: when he is cancelled, the next takes over.
template <class Value>
struct shared_values {
    explicit shared_values(std::shared_ptr<provider_of<Value>> p) : from(std::move(p)) {}

    std::shared_ptr<provider_of<Value>> const from;
    async::event landed;
    std::mutex mutex;  // guards what follows
    key_schedule schedule;
    std::shared_ptr<Value const> value;
    std::optional<failure> failed;  // the last flight
    std::uint64_t flights = 0;      // ended, but for those that were cancelled
    bool flying = false;
};

/// Ends a flight however it is left.
template <class Value>
class flight {
public:
    explicit flight(shared_values<Value>* of) noexcept : of_(of) {}
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
    shared_values<Value>* of_;
};

template <class Value>
awaitable<void> fly(shared_values<Value>* of, async::clock const* clock, double chance) {
    flight<Value> const here(of);
    result<Value> fetched = co_await of->from->fetch();
    std::lock_guard const lock(of->mutex);
    ++of->flights;
    if (fetched) {
        of->schedule.fetched(fetched->expires, clock->wall(), chance);
        of->value = std::make_shared<Value const>(std::move(*fetched));
        of->failed.reset();
    } else {
        of->schedule.failed(clock->wall(), chance);
        of->failed = std::move(fetched).error();
    }
}

/// `f` is everybody's who waited: what is thrown is a copy of its own.
[[noreturn]] void raise(failure const& f, std::string const& name) {
    failure own(f.reason(), {});
    own.info() = f.info();
    throw_error(std::move(own), "get credentials", name);
}

template <class Value>
awaitable<std::shared_ptr<Value const>> get(std::shared_ptr<shared_values<Value>> of) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock const& clock = async::clock::of(executor);
    double const chance = async::entropy::of(executor).fraction();
    std::unique_lock lock(of->mutex);
    std::uint64_t const before = of->flights;
    for (;;) {
        key_need const need = of->schedule.need(clock.wall());
        bool const nobody_waits = need == key_need::none || (need == key_need::soon && of->flying);
        bool const tried = of->flights != before;  // since we asked
        if (nobody_waits || (tried && of->value && need != key_need::now)) co_return of->value;
        if (tried && of->failed) raise(*of->failed, of->from->name());
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

template <class Value, class Source>
class cached_source final : public Source {
public:
    explicit cached_source(std::shared_ptr<provider_of<Value>> from) : shared_(std::make_shared<shared_values<Value>>(std::move(from))) {}

    // Not a coroutine itself: the awaitable may outlive the source.
    awaitable<std::shared_ptr<Value const>> get() override { return auth::get(shared_); }

    void rejected(std::shared_ptr<Value const> const& value) override {
        std::lock_guard const lock(shared_->mutex);
        if (shared_->value == value) shared_->schedule.rejected();
    }

private:
    std::shared_ptr<shared_values<Value>> const shared_;
};

}  // namespace

std::shared_ptr<credential_source> cached(std::shared_ptr<provider> from) {
    return std::make_shared<cached_source<credentials, credential_source>>(std::move(from));
}

std::shared_ptr<token_source> cached(std::shared_ptr<token_provider> from) {
    return std::make_shared<cached_source<access_token, token_source>>(std::move(from));
}

}  // namespace sluice::inline v0::auth
