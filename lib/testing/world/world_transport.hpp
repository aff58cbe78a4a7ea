#pragma once

#include "net/transport.hpp"
#include "testing/world/core.hpp"

#include <memory>

namespace sluice::inline v0::testing {

/// The network of a world.
class world_transport final : public net::transport_provider {
public:
    explicit world_transport(std::shared_ptr<world_core> core) : core_(std::move(core)) {}
    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point deadline) override;
    awaitable<result<std::unique_ptr<net::stream>>> dial(net::address to, async::time_point deadline) override;

private:
    awaitable<std::optional<failure>> meet(mishap what, async::time_point deadline);

    std::shared_ptr<world_core> core_;
};

}  // namespace sluice::inline v0::testing
