#include "net/transport.hpp"

#include "net/socket_transport.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

namespace sluice::inline v0::net {

boost::asio::execution_context::id transport::id;

transport& transport::of(boost::asio::any_io_executor const& executor) {
    return boost::asio::use_service<transport>(boost::asio::query(executor, boost::asio::execution::context));
}

transport::transport(boost::asio::execution_context& context) : service(context), provider_(std::make_unique<socket_transport>()) {}

transport::~transport() = default;

transport_provider& transport::provider() noexcept { return *provider_; }

void transport::replace(std::unique_ptr<transport_provider> provider) noexcept { provider_ = std::move(provider); }

void transport::shutdown() {}

}  // namespace sluice::inline v0::net
