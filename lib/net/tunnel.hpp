#pragma once

#include "async/clock.hpp"
#include "net/route.hpp"
#include "net/stream.hpp"

#include <sluice/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::net {

/// What asks `via` for a tunnel to `to`, which is "host:port".
std::string tunnel_request(proxy const& via, std::string_view to);

/// What a proxy's answer to that came to.
struct tunnel_answer {
    tunnel_answer() {}
    bool complete = false;
    std::optional<failure> why;  ///< complete, and no tunnel
    static constexpr std::size_t limit = 16 * 1024;
};

/// `received` is all that came so far; 1xx answers are passed over. A tunnel is 2xx and nothing behind its head, where `to` never speaks
/// first. Errors: unauthenticated (407), permission_denied (403, 405), unreachable (429, 5xx: worth another try), protocol.
tunnel_answer read_tunnel_answer(std::string_view received, std::string_view to);

/// Asks for a tunnel over `below`, a connection to `via`; the stream is then one to `to`. Errors: those of `read_tunnel_answer`,
/// unreachable when the proxy hangs up, timed_out. Cancel: the connection is closed.
awaitable<result<std::unique_ptr<stream>>> open_tunnel(std::unique_ptr<stream> below, std::shared_ptr<route const> by, std::string to,
                                                       async::time_point deadline);

}  // namespace sluice::inline v0::net
