#pragma once

#include "async/clock.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0::net {

/// What a resolver found: addresses, or none and the reason.
struct resolved {
    resolved() {}
    std::vector<std::string> addresses;
    std::string problem;
};

/// Asks the system's resolver (getaddrinfo); blocks.
resolved ask_system(std::string const& host);

/// Names to addresses, one per execution context: one lookup at a time for a host, shared by all who wait; see `dns_table` for how
/// long answers live. A lookup belongs to the cache: getaddrinfo cannot be stopped, so waiters leave it behind.
///
/// Threads: any.
class dns_cache : public boost::asio::execution_context::service {
public:
    using key_type = dns_cache;
    static boost::asio::execution_context::id id;
    static dns_cache& of(boost::asio::any_io_executor const& executor);

    explicit dns_cache(boost::asio::execution_context& context);
    ~dns_cache() override;

    /// Errors: unreachable, timed_out. Cancel: leaves the lookup to others.
    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point deadline);

    /// Another resolver, which may block; before the first use.
    void ask_with(std::function<resolved(std::string const&)> resolver);

private:
    void shutdown() override {}
    void start(boost::asio::any_io_executor const& executor, std::string const& host);

    struct state;
    std::shared_ptr<state> state_;  // shared with lookups that run
};

}  // namespace sluice::inline v0::net
