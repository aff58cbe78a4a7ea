#include "net/address_order.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <cstdint>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

namespace {

std::string key(std::string const& address, std::uint16_t port) { return address + ' ' + std::to_string(port); }

}  // namespace

std::vector<std::string> address_order::sorted(std::string const& host, std::uint16_t port, std::vector<std::string> found,
                                               async::time_point now) {
    if (found.size() < 2) return found;
    if (turns_.size() >= capacity) turns_.clear();  // only the turns are lost
    std::size_t const turn = turns_[key(host, port)]++ % found.size();
    std::rotate(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(turn), found.end());
    std::erase_if(failures_, [now](auto const& one) { return now - one.second >= grudge; });
    std::stable_partition(found.begin(), found.end(), [&](std::string const& a) { return !failures_.contains(key(a, port)); });
    return found;
}

void address_order::failed(std::string const& address, std::uint16_t port, async::time_point now) {
    if (failures_.size() >= capacity) failures_.clear();
    failures_[key(address, port)] = now;
}

void address_order::worked(std::string const& address, std::uint16_t port) {
    if (!failures_.empty()) failures_.erase(key(address, port));
}

asio::execution_context::id address_book::id;

address_book& address_book::of(asio::any_io_executor const& executor) {
    return asio::use_service<address_book>(asio::query(executor, asio::execution::context));
}

}  // namespace sluice::inline v0::net
