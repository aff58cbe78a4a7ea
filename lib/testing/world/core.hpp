#pragma once

#include "testing/world/agenda.hpp"
#include "testing/world/chance.hpp"
#include "testing/world/services.hpp"

#include <sluice/testing/world.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace sluice::inline v0::testing {

/// What all parts of a world share. Outlives the streams, which hold it.
class world_core {
public:
    world_core(std::uint64_t seed, world_options given) : options(given), luck(seed) {}

    /// A name, which leads to addresses 10.0.<number>.1 and so on, of which only the last answers.
    struct host {
        unsigned number = 0;
        unsigned addresses = 1;  ///< 0: the name leads nowhere
        std::map<std::uint16_t, service> ports;
    };

    world_options const options;
    chance luck;
    trace_hash trace;
    world_counts counts;
    std::map<std::string, host> hosts;
    std::unique_ptr<agenda> events;
    boost::asio::any_io_executor executor;
    std::function<mishap(world_step const&)> decide;
    std::uint64_t cut_at = 0;  ///< of the bytes of servers; 0: nowhere
    mishap then = mishap::none;
    std::function<void(std::string_view)> hear;
    std::function<void(mishap)> befall_run;  ///< does what concerns the whole program: `cancel`, `destroy`

    /// One step; what befalls the network in it.
    mishap step(world_step::kind what, std::string_view where);
    /// The service of "name" or "name:port", made if need be.
    service& place(std::string const& authority);
    host& named(std::string const& name);
    void tell(std::string_view where, std::string_view what, std::uint64_t number);
    async::nanoseconds some_latency() noexcept;
    std::int64_t wall_nanoseconds() const noexcept;  ///< since 1970
};

}  // namespace sluice::inline v0::testing
