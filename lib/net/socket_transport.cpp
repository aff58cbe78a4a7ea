#include "net/socket_transport.hpp"

#include "async/executor.hpp"
#include "net/dns_cache.hpp"
#include "net/limit.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>

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

namespace {

/// Of a socket that is open.
std::optional<failure> leave_by(tcp_stream& one, address const& to, bool const v6) {
    if (!to.device.empty()) {
        error_code const e = one.use_device(to.device);
        std::string const what = "local_device \"" + to.device + "\": " + e.message();
        if (e == boost::system::errc::operation_not_permitted) return failure(errc::permission_denied, what);
        if (e) return failure(errc::invalid_argument, what);
    }
    if (to.local.empty()) return std::nullopt;
    error_code e;
    asio::ip::address const from = asio::ip::make_address(to.local, e);
    if (!e && from.is_v6() != v6)
        return failure(errc::unreachable, to.text + ": local_address " + to.local + " is of the other IP version");
    if (!e) e = one.bind_to(asio::ip::tcp::endpoint(from, 0));
    if (e) return failure(errc::invalid_argument, "local_address " + to.local + ": " + e.message());
    return std::nullopt;
}

}  // namespace

awaitable<result<std::unique_ptr<stream>>> socket_transport::dial(address to, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    error_code e;
    asio::ip::address const numeric = asio::ip::make_address(to.text, e);
    if (e) co_return failure(errc::invalid_argument, "\"" + to.text + "\" is not an IP address");

    auto connection = std::make_unique<tcp_stream>(async::base_executor(executor));
    {
        limit const in_time(async::clock::of(executor), *connection, deadline);
        asio::ip::tcp::endpoint const endpoint(numeric, to.port);
        e = connection->open(endpoint.protocol());
        if (e) co_return failure(errc::unreachable, to.text + ": " + e.message());
        if (std::optional<failure> refused = leave_by(*connection, to, numeric.is_v6())) co_return std::move(*refused);
        e = co_await connection->connect(endpoint);
    }
    if (e == errc::timed_out) co_return failure(errc::timed_out, connection->peer() + ": no answer in time");
    if (e) co_return failure(errc::unreachable, connection->peer() + ": " + e.message());
    co_return std::unique_ptr<stream>(std::move(connection));
}

}  // namespace sluice::inline v0::net
