#include "testing/world/world_transport.hpp"

#include "testing/world/world_stream.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::testing {
namespace {

std::string address_of(world_core::host const& host, unsigned const which) {
    return "10.0." + std::to_string(host.number) + "." + std::to_string(which);
}

/// Who answers at that address; null: nobody.
service const* answering(world_core const& core, net::address const& at) {
    for (auto const& [name, host] : core.hosts) {
        if (host.addresses == 0 || address_of(host, host.addresses) != at.text) continue;
        auto const found = host.ports.find(at.port);
        if (found != host.ports.end() && found->second) return &found->second;
    }
    return nullptr;
}

}  // namespace

/// Lets the time of an answer pass, or what there is of it.
awaitable<std::optional<failure>> world_transport::meet(mishap const what, async::time_point const deadline) {
    async::clock& clock = async::clock::of(core_->executor);
    if (what == mishap::silence) {
        co_await clock.sleep_until(deadline);
        co_return failure(errc::timed_out, "nobody answers");
    }
    async::nanoseconds const late = what == mishap::delay ? core_->options.delay : async::nanoseconds(0);
    async::time_point const answered = clock.now() + 2 * core_->some_latency() + late;
    co_await clock.sleep_until(std::min(answered, deadline));
    if (answered > deadline) co_return failure(errc::timed_out, "no answer in time");
    if (what != mishap::none && what != mishap::delay) co_return failure(errc::unreachable, "refused");
    co_return std::nullopt;
}

awaitable<result<std::vector<std::string>>> world_transport::resolve(std::string host, async::time_point const deadline) {
    ++core_->counts.lookups;
    mishap const what = core_->step(world_step::kind::lookup, host);
    std::optional<failure> failed = co_await meet(what, deadline);
    if (failed) co_return std::move(*failed);
    auto const found = core_->hosts.find(host);
    if (found == core_->hosts.end() || found->second.addresses == 0) co_return failure(errc::unreachable, "\"" + host + "\" is not known");
    std::vector<std::string> all;
    for (unsigned i = 1; i <= found->second.addresses; ++i) all.push_back(address_of(found->second, i));
    co_return all;
}

awaitable<result<std::unique_ptr<net::stream>>> world_transport::dial(net::address to, async::time_point const deadline) {
    ++core_->counts.dials;
    std::string const peer = to.text + ":" + std::to_string(to.port);
    mishap const what = core_->step(world_step::kind::dial, peer);
    std::optional<failure> failed = co_await meet(what, deadline);
    if (failed) co_return std::move(*failed);
    service const* const there = answering(*core_, to);
    if (there == nullptr) co_return failure(errc::unreachable, peer + ": connection refused");
    auto made = std::make_shared<connection>(core_, peer);
    made->serve_with(*there);
    std::unique_ptr<net::stream> stream = std::make_unique<world_stream>(std::move(made), core_->executor);
    co_return stream;
}

}  // namespace sluice::inline v0::testing
