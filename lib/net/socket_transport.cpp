#include "net/socket_transport.hpp"

#include "async/executor.hpp"
#include "net/dns_cache.hpp"
#include "net/limit.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::inline v0::net {

awaitable<result<std::vector<std::string>>> socket_transport::resolve(std::string host, async::time_point deadline) {
    error_code no_literal;
    asio::ip::make_address(host, no_literal);
    if (!no_literal) co_return std::vector<std::string>{std::move(host)};
    // RFC 6761, 6.3: these are this machine, also where the system's resolver does not know it.
    if (host.ends_with(".localhost")) host = "localhost";
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    result<std::vector<std::string>> found = co_await dns_cache::of(executor).resolve(std::move(host), deadline);
    co_return found;
}

awaitable<result<std::unique_ptr<stream>>> socket_transport::dial(address to, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    error_code e;
    asio::ip::address const numeric = asio::ip::make_address(to.text, e);
    if (e) co_return failure(errc::invalid_argument, "\"" + to.text + "\" is not an IP address");

    auto connection = std::make_unique<tcp_stream>(async::base_executor(executor));
    {
        limit const in_time(async::clock::of(executor), *connection, deadline);
        asio::ip::tcp::endpoint const endpoint(numeric, to.port);
        e = co_await connection->connect(endpoint);
    }
    if (e == errc::timed_out) co_return failure(errc::timed_out, connection->peer() + ": no answer in time");
    if (e) co_return failure(errc::unreachable, connection->peer() + ": " + e.message());
    co_return std::unique_ptr<stream>(std::move(connection));
}

}  // namespace sluice::inline v0::net
