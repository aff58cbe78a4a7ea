#pragma once

#include "net/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <mutex>

namespace sluice::inline v0::net {

/// A TCP connection: system calls on the non-blocking descriptor, Asio only to wait.
class tcp_stream final : public stream {
public:
    explicit tcp_stream(boost::asio::any_io_executor const& executor);
    ~tcp_stream() override;

    /// Before `connect`, which does it otherwise.
    boost::system::error_code open(boost::asio::ip::tcp const& protocol);
    /// Between `open` and `connect`: the address and the device that the connection comes from.
    boost::system::error_code bind_to(boost::asio::ip::tcp::endpoint const& from) noexcept;
    boost::system::error_code use_device(std::string const& name) noexcept;

    /// Opens the socket, if it is not, and connects it; once, before all else. `interrupt` ends it with the interrupt's reason.
    awaitable<boost::system::error_code> connect(boost::asio::ip::tcp::endpoint to);

    io_outcome try_read(std::span<std::byte> into) noexcept override;
    io_outcome try_write(std::span<std::byte const> from) noexcept override;
    awaitable<void> wait() override;
    awaitable<void> wait_writable_or_readable() override;
    awaitable<void> wait_readable(async::time_point until) override;
    void expect(std::uint64_t bytes) noexcept override;
    void interrupt(boost::system::error_code reason) noexcept override;
    void nudge() noexcept override;
    std::uint64_t unsent() noexcept override;
    bool quiet() noexcept override;
    void farewell() noexcept override {}
    std::string peer() const override;

private:
    struct watch;
    std::shared_ptr<watch> begin_watch();
    void arm(std::shared_ptr<watch> const& both, bool watch::*which, boost::asio::ip::tcp::socket::wait_type what);
    enum class way : std::uint8_t { read, write };

    io_outcome blocked(way which) noexcept;
    io_outcome broken(int why) const noexcept;
    bool interrupted() const noexcept { return interrupted_.load(std::memory_order_acquire); }
    void set_low_water(int bytes) noexcept;

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::tcp::endpoint to_;
    int fd_ = -1;
    way blocked_on_ = way::read;
    bool drained_ = false;  // the next read would find nothing: wait at once instead of asking the system
    std::shared_ptr<watch> watch_;
    std::atomic<bool> interrupted_ = false;
    std::atomic<int> low_water_ = 1;
    std::mutex guard_;                  // SO_RCVLOWAT, and what calls from elsewhere touch
    boost::system::error_code reason_;  // written once, before interrupted_ is set
};

}  // namespace sluice::inline v0::net
