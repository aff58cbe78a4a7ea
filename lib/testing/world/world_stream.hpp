#pragma once

#include "net/stream.hpp"
#include "testing/world/connection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0::testing {

/// The library's end of a connection in a world.
class world_stream final : public net::stream {
public:
    world_stream(std::shared_ptr<connection> c, boost::asio::any_io_executor executor);
    ~world_stream() override;

    net::io_outcome try_read(std::span<std::byte> into) noexcept override;
    net::io_outcome try_write(std::span<std::byte const> from) noexcept override;
    awaitable<void> wait() override { return pause(last_, async::never); }
    awaitable<void> wait_writable_or_readable() override { return pause(both, async::never); }
    awaitable<void> wait_readable(async::time_point until) override { return pause(in, until); }
    void expect(std::uint64_t) noexcept override {}
    void interrupt(boost::system::error_code reason) noexcept override;
    void nudge() noexcept override {}
    std::uint64_t unsent() noexcept override { return connection_->on_the_way_up(); }
    bool quiet() noexcept override;
    void farewell() noexcept override {}
    std::string peer() const override { return connection_->peer(); }

private:
    static constexpr unsigned in = 1, out = 2, both = 3;
    net::io_outcome blocked(unsigned direction) noexcept;
    /// What hinders a try, if anything does.
    bool trouble(world_step::kind what, net::io_outcome& says) noexcept;
    bool reluctant() noexcept;
    bool worth_trying(unsigned directions) const noexcept;
    std::size_t some_of(std::size_t most) noexcept;
    awaitable<void> pause(unsigned directions, async::time_point until);

    std::shared_ptr<connection> connection_;
    boost::asio::any_io_executor executor_;
    unsigned last_ = in;
    bool reluctant_ = false;  // said would_block although there was something
    bool settled_ = false;    // after such a wait the next try is an honest one
    std::atomic<bool> interrupted_ = false;
    boost::system::error_code reason_;
};

}  // namespace sluice::inline v0::testing
