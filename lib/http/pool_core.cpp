#include "http/exchange.hpp"
#include "http/pool.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace sluice::inline v0::http {

namespace {

constexpr std::chrono::seconds sweep_interval(10);
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

/// Under the lock: takes it off the list. What is returned is destroyed when the lock is gone.
std::unique_ptr<connection::wire> pool_core::unlist(connection& c) noexcept {
    if (!c.wire_) return nullptr;
    (c.before_ == nullptr ? all_ : c.before_->after_) = c.after_;
    if (c.after_ != nullptr) c.after_->before_ = c.before_;
    return std::move(c.wire_);
}

void pool_core::strike(connection& c) noexcept {
    std::unique_lock lock(mutex);
    std::unique_ptr<connection::wire> const last = unlist(c);
    lock.unlock();
}

void pool_core::bury() noexcept {
    for (;;) {
        std::unique_lock lock(mutex);
        if (all_ == nullptr) return;
        std::unique_ptr<connection::wire> const last = unlist(*all_);
        lock.unlock();  // now whoever holds the connection may destroy it, on his thread
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

std::vector<std::unique_ptr<connection>> pool_core::sweep(async::time_point now) {
    std::vector<std::unique_ptr<connection>> gone;
    next_sweep_ = async::limit_after(now, sweep_interval);
    for (auto at = origins_.begin(); at != origins_.end();) {
        origin_pool& home = at->second;
        for (std::unique_ptr<connection>& c : home.state.tidy(now)) gone.push_back(std::move(c));
        bool const unused = home.state.open() == 0 && home.waiting == 0;
        if (unused) past_.opened += home.opened;
        if (unused) past_.reused += home.reused;
        at = unused ? origins_.erase(at) : std::next(at);
    }
    return gone;
}

pool_core::counts pool_core::count() const {
    std::lock_guard const lock(mutex);
    counts sum = past_;
    sum.origins = origins_.size();
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
