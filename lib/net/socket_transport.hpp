#pragma once

#include "net/transport.hpp"

namespace sluice::inline v0::net {

/// The real network: `dns_cache` and `tcp_stream`.
class socket_transport final : public transport_provider {
public:
    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point deadline) override;
    awaitable<result<std::unique_ptr<stream>>> dial(address to, async::time_point deadline) override;
};

}  // namespace sluice::inline v0::net
