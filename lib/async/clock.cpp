#include "async/clock.hpp"

#include "async/clock_state.hpp"
#include "async/waiter.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

/// The machine's clocks, and one timer that drives the heap.
class steady_source final : public time_source {
public:
    explicit steady_source(clock::state& owner) noexcept : owner_(owner) {}

    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    wall_time wall() const noexcept override { return std::chrono::system_clock::now(); }

    void arm(time_point when) override {
        if (!timer_) timer_.emplace(owner_.executor);
        // Between the end of the old wait and the new one another thread must not find the context out of work.
        auto const work = asio::prefer(owner_.executor, asio::execution::outstanding_work.tracked);
        timer_->expires_at(when);
        timer_->async_wait([weak = owner_.weak_from_this()](boost::system::error_code error) {
            if (error) return;
            if (std::shared_ptr<clock::state> const owner = weak.lock()) owner->tick();
        });
    }

    void disarm() override { timer_.reset(); }

private:
    clock::state& owner_;
    std::optional<asio::steady_timer> timer_;  // not thread-safe: used under the clock's lock only
};

}  // namespace

asio::execution_context::id clock::id;

clock& clock::of(asio::any_io_executor const& executor) {
    clock& found = asio::use_service<clock>(asio::query(executor, asio::execution::context));
    found.state_->adopt(executor);
    return found;
}

clock::clock(asio::execution_context& context) : service(context), state_(std::make_shared<state>()) {
    // Services are shut down newest first, and strands that are shut down destroy at once what is posted to them. They must be older: else
    // a frame that dies in a strand wakes a waiter, whose frame dies within, under the same locks. Asio has no public name for this.
    asio::use_service<asio::detail::strand_executor_service>(context);
    state_->source = std::make_unique<steady_source>(*state_);
}

clock::~clock() = default;

void clock::shutdown() { state_->shutdown(); }

time_point clock::now() const noexcept { return state_->source->now(); }

wall_time clock::wall() const noexcept { return state_->source->wall(); }

void clock::use(std::unique_ptr<time_source> source) {
    std::lock_guard const lock(state_->mutex);
    assert(state_->heap.empty() && state_->waiters.empty());
    state_->source = std::move(source);
}

void clock::tick() { state_->tick(); }

awaitable<void> clock::sleep_until(time_point when) {
    auto const initiation = [when](auto handler) { begin_wait<>(std::move(handler), nullptr, when, nullptr, nullptr, nullptr); };
    return asio::async_initiate<asio::use_awaitable_t<> const&, void(boost::system::error_code)>(initiation, asio::use_awaitable);
}

clock::alarm::alarm(clock& owner) noexcept : owner_(owner.state_) {}

clock::alarm::~alarm() { assert(slot_ == 0); }

void clock::alarm::set(time_point when) noexcept {
    when_ = when;
    time_point const placed = placed_;
    bool const looked_at_in_time = placed <= when && !(when == never && placed > time_point::min() && placed < never);
    if (looked_at_in_time) return;
    std::lock_guard const lock(owner_->mutex);
    owner_->follow(*this);
}

void clock::alarm::clear() noexcept {
    std::lock_guard const lock(owner_->mutex);
    when_ = never;
    owner_->remove(*this);
}

}  // namespace sluice::inline v0::async
