#pragma once

#include "async/clock.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::inline v0::net {

/// One question to the resolver, shared by all who wait for its answer.
struct dns_lookup {
    explicit dns_lookup(async::time_point when) noexcept : started(when) {}
    async::time_point started;
    bool done = false;
    std::vector<std::string> addresses;  ///< when done; none: `problem` says why
    std::string problem;
};

/// What to do for a host.
struct dns_decision {
    dns_decision() {}
    enum class kind : std::uint8_t {
        answer,   ///< `addresses`
        refuse,   ///< `problem`: it failed a moment ago
        join,     ///< wait for `lookup`, at most until `patience`, then ask again
        look_up,  ///< as `join`, and start it
    };
    kind what = kind::answer;
    std::vector<std::string> addresses;
    std::string problem;
    std::shared_ptr<dns_lookup const> lookup;
    async::time_point patience = async::never;
};

/// The memory of `dns_cache`: what is known of each host, and for how long. No I/O, no clock, no lock.
class dns_table {
public:
    static constexpr async::nanoseconds fresh = std::chrono::seconds(30);    ///< an answer is used without asking again
    static constexpr async::nanoseconds usable = std::chrono::minutes(10);   ///< an old answer is better than none
    static constexpr async::nanoseconds refused = std::chrono::seconds(1);   ///< a failure is not asked about again
    static constexpr async::nanoseconds patience = std::chrono::seconds(1);  ///< with an old answer in hand a lookup is waited for
    static constexpr std::size_t capacity = 1024;                            ///< hosts, after which unusable ones are forgotten

    dns_decision ask(std::string const& host, async::time_point now);

    /// The resolver has spoken: `addresses`, or none and a problem. Ends the lookup for its waiters: an old answer stands in for a failure.
    void tell(std::string const& host, std::vector<std::string> addresses, std::string problem);

private:
    struct entry {
        entry() {}
        std::vector<std::string> addresses;
        async::time_point since;                // of `addresses`
        std::string problem;                    // of the last lookup, when it failed
        async::time_point failed_at;            // meaningful with a problem
        std::shared_ptr<dns_lookup> in_flight;  // null: nobody asks
    };

    void forget_unusable(async::time_point now);
    std::unordered_map<std::string, entry> hosts_;
};

}  // namespace sluice::inline v0::net
