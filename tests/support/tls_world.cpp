#include "support/tls_world.hpp"

#include "support/streams.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::test {

std::shared_ptr<net::tls_context const> trusting(identity const& authority) {
    temporary_file const file(authority.certificate_pem());
    net::tls_settings settings;
    settings.ca_file = file.path();
    return net::tls_context::make(settings).value();
}

std::shared_ptr<net::tls_context const> trusting_the_system() { return net::tls_context::make({}).value(); }

awaitable<result<std::unique_ptr<net::stream>>> handshake(std::uint16_t port, std::shared_ptr<net::tls_context const> context,
                                                          std::string host, async::nanoseconds span) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    std::unique_ptr<net::stream> below = co_await connected(port);
    async::time_point const deadline = async::limit_after(async::clock::of(executor).now(), span);
    result<std::unique_ptr<net::stream>> done = co_await net::start_tls(std::move(below), std::move(context), std::move(host), deadline);
    co_return done;
}

awaitable<std::unique_ptr<net::stream>> tls_world::connect(std::uint16_t port) const {
    result<std::unique_ptr<net::stream>> made = co_await handshake(port, context, "localhost");
    co_return std::move(made).value();
}

}  // namespace sluice::test
