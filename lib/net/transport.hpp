#pragma once

#include "async/clock.hpp"
#include "net/stream.hpp"

#include <sluice/error.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0::net {

/// One address of a host, numeric.
struct address {
    address() {}
    std::string text;  ///< "127.0.0.1" or "::1"
    std::uint16_t port = 0;
    std::string local;   ///< address to come from; empty: as the system routes
    std::string device;  ///< network device to leave by; empty: as the system routes

    friend bool operator==(address const&, address const&) = default;
};

/// What `transport` does for real or in a simulated world.
class SLUICE_API transport_provider {
public:
    virtual ~transport_provider() = default;
    /// Every address of `host`, in the resolver's order. Errors: unreachable. The lookup itself cannot be cancelled: the waiter leaves.
    virtual awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point deadline) = 0;
    /// Connects. Errors: unreachable, timed_out, invalid_argument and permission_denied for a local address or device.
    virtual awaitable<result<std::unique_ptr<stream>>> dial(address to, async::time_point deadline) = 0;
};

/// The seam for the network: one per execution context.
class SLUICE_API transport : public boost::asio::execution_context::service {
public:
    using key_type = transport;
    static boost::asio::execution_context::id id;
    static transport& of(boost::asio::any_io_executor const& executor);

    explicit transport(boost::asio::execution_context& context);
    ~transport() override;

    transport_provider& provider() noexcept;
    /// For a simulated world, before the first use.
    void replace(std::unique_ptr<transport_provider> provider) noexcept;

private:
    void shutdown() override;
    std::unique_ptr<transport_provider> provider_;
};

}  // namespace sluice::inline v0::net
