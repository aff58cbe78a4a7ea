#include "http/exchange.hpp"
#include "http/pool.hpp"

#include <utility>

namespace sluice::inline v0::http {

connection::connection(std::shared_ptr<pool_core> core, origin_pool& home, async::clock& clock, std::unique_ptr<net::stream> stream)
    : core_(std::move(core)),
      home_(home),
      clock_(clock),
      born_(clock.now()),
      wire_(std::make_unique<wire>(clock, std::move(stream))) {
    core_->enlist(*this);
}

connection::~connection() { core_->strike(*this); }

lease::lease(std::unique_ptr<connection> used_before) noexcept
    : core_(&used_before->core()),
      home_(&used_before->home()),
      connection_(std::move(used_before)),
      reused_(true) {}

lease::lease(lease&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)),
      home_(std::exchange(other.home_, nullptr)),
      connection_(std::move(other.connection_)),
      reused_(other.reused_) {}

lease& lease::operator=(lease&& other) noexcept {
    if (this == &other) return *this;
    close();
    core_ = std::exchange(other.core_, nullptr);
    home_ = std::exchange(other.home_, nullptr);
    connection_ = std::move(other.connection_);
    reused_ = other.reused_;
    return *this;
}

void lease::connect(std::unique_ptr<connection> fresh) noexcept {
    connection_ = std::move(fresh);
    reused_ = false;
}

void lease::disconnect() noexcept { connection_.reset(); }

void lease::keep() noexcept {
    if (!connected()) return close();
    core_->give_back(*std::exchange(home_, nullptr), std::move(connection_));
    core_ = nullptr;
}

void lease::close() noexcept {
    if (home_ == nullptr) return;
    if (connection_) core_->strike(*connection_);  // closed before somebody else is let in
    core_->free_place(*std::exchange(home_, nullptr));
    connection_.reset();
    core_ = nullptr;
}

}  // namespace sluice::inline v0::http
