#pragma once

#include "async/clock.hpp"
#include "async/event.hpp"
#include "net/transport.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/error.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice::inline v0::net {

/// Addresses of one host, of which the first to answer wins (RFC 8305): each is begun when the one before it has failed, or has not
/// answered for `stagger`. One alone costs nothing more than itself.
class race {
public:
    static constexpr async::nanoseconds stagger = std::chrono::milliseconds(250);  // RFC 8305, 8

    enum class fate : std::uint8_t {
        untried,
        running,  ///< when it is over: given up because another was quicker
        failed,
        ours,  ///< failed for what is wrong on this side
        won,
    };
    struct runner {
        explicit runner(address to) : at(std::move(to)) {}
        address at;
        fate what = fate::untried;
    };

    /// Each has `each` to connect, all have until `deadline`.
    race(std::vector<address> order, transport_provider& provider, async::clock& clock, async::nanoseconds each,
         async::time_point deadline);

    /// Once. Returns when nothing runs any more. Cancel: every connection is given up.
    awaitable<void> run();

    /// Afterwards. Null: none answered, and `last` says why.
    std::unique_ptr<stream> winner;
    std::optional<failure> last;
    std::vector<runner> const& runners() const noexcept { return runners_; }

private:
    awaitable<void> begin_all(async::task_group* group);
    awaitable<void> begin(async::task_group* group, std::size_t which);

    std::vector<runner> runners_;
    transport_provider& provider_;
    async::clock& clock_;
    async::nanoseconds each_;
    async::time_point deadline_;
    std::mutex mutex_;  // guards fates, winner and last while it runs
    async::event ended_;
};

}  // namespace sluice::inline v0::net
