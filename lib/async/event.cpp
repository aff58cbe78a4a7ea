#include "async/event.hpp"

#include "async/event_state.hpp"
#include "async/waiter.hpp"

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

event::event() noexcept : state_(std::make_shared<state>()) {}

event::~event() = default;

awaitable<wake> event::wait(std::unique_lock<std::mutex>& lock, time_point deadline, bool* arrived,
                            std::shared_ptr<descendants> const* children) {
    auto const initiation = [self = this, user = &lock, deadline, arrived, children](auto handler) {
        begin_wait<wake>(std::move(handler), self->state_, deadline, user, arrived, children);
    };
    return asio::async_initiate<asio::use_awaitable_t<> const&, void(boost::system::error_code, wake)>(initiation, asio::use_awaitable);
}

bool event::notify_one() noexcept {
    std::shared_ptr<state> const keep = state_;  // who is woken may destroy the event before this call is over
    std::lock_guard const lock(keep->mutex);
    if (keep->waiting.empty()) return false;
    keep->waiting.front().notify();
    return true;
}

void event::notify_all() noexcept {
    std::shared_ptr<state> const keep = state_;
    std::lock_guard const lock(keep->mutex);
    while (!keep->waiting.empty()) keep->waiting.front().notify();
}

}  // namespace sluice::inline v0::async
