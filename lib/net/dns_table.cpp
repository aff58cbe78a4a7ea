#include "net/dns_table.hpp"

#include <utility>

namespace sluice::inline v0::net {

dns_decision dns_table::ask(std::string const& host, async::time_point now) {
    if (hosts_.size() >= capacity && !hosts_.contains(host)) forget_unusable(now);
    entry& e = hosts_[host];
    bool const known = !e.addresses.empty();
    bool const old = known && now - e.since < usable;
    dns_decision d;
    auto const answer = [&] {
        d.what = dns_decision::kind::answer;
        d.addresses = e.addresses;
        return d;
    };
    if (known && now - e.since < fresh) return answer();
    if (e.in_flight) {
        if (old && now - e.in_flight->started >= patience) return answer();
        d.what = dns_decision::kind::join;
    } else if (!e.problem.empty() && now - e.failed_at < refused) {
        if (old) return answer();
        d.what = dns_decision::kind::refuse;
        d.problem = e.problem;
        return d;
    } else {
        d.what = dns_decision::kind::look_up;
        e.in_flight = std::make_shared<dns_lookup>(now);
    }
    d.lookup = e.in_flight;
    if (old) d.patience = e.in_flight->started + patience;
    return d;
}

void dns_table::tell(std::string const& host, std::vector<std::string> addresses, std::string problem) {
    entry& e = hosts_[host];
    std::shared_ptr<dns_lookup> const lookup = std::exchange(e.in_flight, nullptr);
    if (!lookup) return;
    // Both times are those of the question: the resolver's thread needs no clock, and nothing is kept longer than promised.
    if (addresses.empty()) {
        e.problem = problem.empty() ? "no address" : std::move(problem);
        e.failed_at = lookup->started;
        if (!e.addresses.empty() && lookup->started - e.since < usable) lookup->addresses = e.addresses;
    } else {
        e.problem.clear();
        e.addresses = std::move(addresses);
        e.since = lookup->started;
        lookup->addresses = e.addresses;
    }
    lookup->problem = e.problem;
    lookup->done = true;
}

void dns_table::forget_unusable(async::time_point now) {
    std::erase_if(hosts_, [now](auto const& host) {
        entry const& e = host.second;
        return !e.in_flight && (e.addresses.empty() || now - e.since >= usable);
    });
}

}  // namespace sluice::inline v0::net
