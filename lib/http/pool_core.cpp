#include "http/exchange.hpp"
#include "http/pool.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::http {

namespace {

constexpr std::size_t most_spares = 64;  // 20 KiB each; more exchanges than these at once pay for their memory

}  // namespace

void pool_core::give_back(origin_pool& home, std::unique_ptr<connection> healthy) noexcept {
    async::time_point const born = healthy->born();
    async::time_point const now = healthy->clock().now();
    std::unique_lock lock(mutex);
    if (closed_) {
        lock.unlock();
        return strike(*healthy);
    }
    bool const granted = home.waiting > 0 && home.freed.notify_one();
    std::vector<std::unique_ptr<connection>> const evicted = home.state.give_back(std::move(healthy), born, now, granted);
    lock.unlock();
    for (std::unique_ptr<connection> const& c : evicted) c->stream().farewell();
}

void pool_core::free_place(origin_pool& home) noexcept {
    std::lock_guard const lock(mutex);
    home.state.closed(home.waiting > 0 && home.freed.notify_one());
}

void pool_core::enlist(connection& c) noexcept {
    std::lock_guard const lock(mutex);
    c.after_ = std::exchange(all_, &c);
    if (c.after_ != nullptr) c.after_->before_ = &c;
}

void pool_core::strike(connection& c) noexcept {
    std::unique_ptr<connection::wire> last;
    std::lock_guard const lock(mutex);
    if (!c.wire_) return;
    last = std::move(c.wire_);
    (c.before_ == nullptr ? all_ : c.before_->after_) = c.after_;
    if (c.after_ != nullptr) c.after_->before_ = c.before_;
}

void pool_core::bury() noexcept {
    std::unique_lock lock(mutex);
    while (connection* const c = all_) {
        lock.unlock();
        strike(*c);
        lock.lock();
    }
}

std::unique_ptr<exchange> pool_core::take_spare() noexcept {
    std::lock_guard const lock(mutex);
    if (spares_.empty()) return nullptr;
    std::unique_ptr<exchange> spare = std::move(spares_.back());
    spares_.pop_back();
    return spare;
}

void pool_core::recycle(std::unique_ptr<exchange> used) noexcept {
    used->clear();
    std::lock_guard const lock(mutex);
    if (!closed_ && spares_.size() < most_spares) spares_.push_back(std::move(used));
}

pool_core::counts pool_core::count() const {
    std::lock_guard const lock(mutex);
    counts sum;
    for (auto const& [origin, home] : origins_) {
        sum.open += home.state.open();
        sum.idle += home.state.idle();
        sum.waiting += home.waiting;
        sum.opened += home.opened;
        sum.reused += home.reused;
    }
    return sum;
}

void pool_core::shutdown() noexcept {
    std::vector<std::unique_ptr<connection>> last;
    std::vector<std::unique_ptr<exchange>> spares;
    std::lock_guard const lock(mutex);
    closed_ = true;
    spares.swap(spares_);
    for (auto& [origin, home] : origins_)
        for (std::unique_ptr<connection>& c : home.state.clear()) last.push_back(std::move(c));
}

}  // namespace sluice::inline v0::http
