#pragma once

#include "async/clock.hpp"
#include "http/watchdog.hpp"
#include "net/stream.hpp"

#include <memory>
#include <utility>

namespace sluice::inline v0::http {

class pool_core;
struct origin_pool;

/// An open connection, lent or idle. Its stream is gone once its context is, however long somebody keeps the response it was lent to.
class connection {
public:
    connection(std::shared_ptr<pool_core> core, origin_pool& home, async::clock& clock, std::unique_ptr<net::stream> stream);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    bool alive() const noexcept { return wire_ != nullptr; }
    net::stream& stream() noexcept { return *wire_->stream; }
    http::watchdog& watchdog() noexcept { return wire_->dog; }
    async::clock& clock() noexcept { return clock_; }
    async::time_point born() const noexcept { return born_; }
    origin_pool& home() noexcept { return home_; }
    pool_core& core() noexcept { return *core_; }

private:
    friend class pool_core;
    struct wire {
        wire(async::clock& clock, std::unique_ptr<net::stream> s) : stream(std::move(s)), dog(clock, *stream) {}
        std::unique_ptr<net::stream> stream;
        http::watchdog dog;
    };

    std::shared_ptr<pool_core> const core_;
    origin_pool& home_;
    async::clock& clock_;
    async::time_point const born_;
    std::unique_ptr<wire> wire_;    // null once it is struck off the core's list
    connection* before_ = nullptr;  // in the core's list of all connections
    connection* after_ = nullptr;
};

}  // namespace sluice::inline v0::http
