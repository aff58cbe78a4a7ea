#include "testing/world/world_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::testing {

world_stream::world_stream(std::shared_ptr<connection> c, asio::any_io_executor executor)
    : connection_(std::move(c)),
      executor_(std::move(executor)) {
    ++connection_->core().counts.connections;
}

world_stream::~world_stream() {
    --connection_->core().counts.connections;
    connection_->leave();
}

bool world_stream::trouble(world_step::kind const what, net::io_outcome& says) noexcept {
    connection_->befall(connection_->core().step(what, connection_->peer()));
    bool const writing = what == world_step::kind::write;
    says = {net::io_status::failed, 0, asio::error::connection_reset};
    if (interrupted_)
        says.error = reason_;
    else if (connection_->broken())
        return true;
    else if (connection_->ended() && writing)
        says.error = asio::error::broken_pipe;
    else if (connection_->ended())
        says = {net::io_status::end, 0, {}};
    else
        return false;
    return true;
}

net::io_outcome world_stream::blocked(unsigned const direction) noexcept {
    last_ = direction;
    return {net::io_status::would_block, 0, {}};
}

/// Whether to say that nothing goes although something would: as busy machines do.
bool world_stream::reluctant() noexcept {
    if (!connection_->core().options.split || std::exchange(settled_, false)) return false;
    reluctant_ = connection_->core().luck.one_in(4);
    return reluctant_;
}

std::size_t world_stream::some_of(std::size_t const most) noexcept {
    world_core& core = connection_->core();
    if (!core.options.split || !core.luck.one_in(3)) return most;
    return 1 + core.luck.below(most);
}

net::io_outcome world_stream::try_read(std::span<std::byte> into) noexcept {
    net::io_outcome says;
    if (trouble(world_step::kind::read, says)) return says;
    std::size_t const most = std::min(into.size(), connection_->ready());
    if (most == 0 || reluctant()) return blocked(in);
    return {net::io_status::done, connection_->read(into.first(some_of(most))), {}};
}

net::io_outcome world_stream::try_write(std::span<std::byte const> from) noexcept {
    net::io_outcome says;
    if (trouble(world_step::kind::write, says)) return says;
    std::size_t const most = std::min({from.size(), connection_->room(), connection_->core().options.write_limit});
    if (most == 0 || reluctant()) return blocked(out);
    std::size_t const n = some_of(most);
    connection_->write(from.first(n));
    return {net::io_status::done, n, {}};
}

bool world_stream::worth_trying(unsigned const directions) const noexcept {
    if (interrupted_ || connection_->broken() || connection_->ended()) return true;
    return ((directions & in) != 0 && connection_->ready() != 0) || ((directions & out) != 0 && connection_->room() != 0);
}

awaitable<void> world_stream::pause(unsigned const directions, async::time_point const until) {
    world_core& core = connection_->core();
    connection_->befall(core.step(world_step::kind::wait, connection_->peer()));
    if (std::exchange(reluctant_, false) || worth_trying(directions)) {
        settled_ = true;
        async::clock& clock = async::clock::of(executor_);
        co_await clock.sleep_until(clock.now() + std::chrono::nanoseconds(core.luck.below(50'000)));
        co_return;
    }
    std::unique_lock lock(connection_->mutex);
    while (!worth_trying(directions) && core.events->now() < until) {
        co_await connection_->changed.wait(lock, until);
        lock.lock();
    }
}

void world_stream::interrupt(boost::system::error_code const reason) noexcept {
    reason_ = reason;
    interrupted_ = true;
    asio::post(executor_, [c = connection_] { c->changed.notify_all(); });
}

bool world_stream::quiet() noexcept {
    return !interrupted_ && !connection_->broken() && !connection_->ended() && connection_->ready() == 0;
}

}  // namespace sluice::inline v0::testing
