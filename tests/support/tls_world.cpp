#include "support/tls_world.hpp"

#include "support/streams.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::test {

namespace {

std::shared_ptr<net::tls_context const> trusting_file(std::string const& pem) {
    temporary_file const file(pem);
    net::tls_settings settings;
    settings.ca_file = file.path();
    return net::tls_context::make(settings).value();
}

}  // namespace

std::shared_ptr<net::tls_context const> trusting(identity const& authority) { return trusting_file(authority.certificate_pem()); }

std::shared_ptr<net::tls_context const> trusting(identity const& one, identity const& another) {
    return trusting_file(one.certificate_pem() + another.certificate_pem());
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
