#pragma once

#include "async/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::inline v0::net {

/// In which order the addresses of a host are tried. No I/O, no clock, no lock.
class address_order {
public:
    static constexpr async::nanoseconds grudge = std::chrono::seconds(30);
    static constexpr std::size_t capacity = 1024;

    /// `found` starting one further each time; those that failed within `grudge` go last.
    std::vector<std::string> sorted(std::string const& host, std::uint16_t port, std::vector<std::string> found, async::time_point now);
    void failed(std::string const& address, std::uint16_t port, async::time_point now);
    void worked(std::string const& address, std::uint16_t port);

private:
    std::unordered_map<std::string, std::size_t> turns_;
    std::unordered_map<std::string, async::time_point> failures_;
};

/// The one of an execution context. Threads: any, with `mutex` held.
class address_book : public boost::asio::execution_context::service {
public:
    using key_type = address_book;
    static boost::asio::execution_context::id id;
    static address_book& of(boost::asio::any_io_executor const& executor);

    explicit address_book(boost::asio::execution_context& context) : service(context) {}

    std::mutex mutex;
    address_order order;

private:
    void shutdown() override {}
};

}  // namespace sluice::inline v0::net
