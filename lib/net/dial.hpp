#pragma once

#include "async/clock.hpp"
#include "net/route.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

#include <sluice/error.hpp>
#include <sluice/timeouts.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0::net {

/// Where to connect to, and how. Two equal origins share a pool.
struct origin {
    origin() {}
    std::string host;  ///< name or IP literal, without brackets
    std::uint16_t port = 0;
    std::shared_ptr<tls_context const> tls;   ///< null: plain TCP
    std::shared_ptr<net::route const> route;  ///< null: straight there

    /// The proxy on the way. Null: there is none.
    proxy const* via() const noexcept { return route && route->via ? &*route->via : nullptr; }
    /// The proxy that requests are addressed to: it forwards them. Null where there is none, or a tunnel through it.
    proxy const* forwarder() const noexcept { return tls ? nullptr : via(); }

    friend bool operator==(origin const&, origin const&) = default;
};

/// A connected stream to `to`, TLS done: name from the context's DNS cache, addresses in turn (starting with the next one each time,
/// ones that failed recently last; the next is begun as well when one has not answered for `race::stagger`), every address under its own
/// connect limit, all under `deadline`. With a proxy on the route those are the proxy's name and addresses; its answer to CONNECT has a
/// connect limit of its own. Errors: unreachable naming host and last cause, timed_out naming the limit, invalid_argument for a local
/// address or device that is not there, those of `open_tunnel` and `start_tls`.
awaitable<result<std::unique_ptr<stream>>> dial(origin to, timeouts limits, async::time_point deadline);

}  // namespace sluice::inline v0::net
