#include "net/limit.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

awaitable<result<std::unique_ptr<stream>>> start_tls(std::unique_ptr<stream> below, std::shared_ptr<tls_context const> context,
                                                     std::string host, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto secured = std::make_unique<tls_stream>(std::move(below), *context, std::move(host));
    {
        limit const in_time(async::clock::of(executor), *secured, deadline);
        for (;;) {
            io_outcome const step = secured->handshake();
            if (step.status == io_status::done) break;
            if (step.status != io_status::would_block) co_return secured->refusal(step);
            co_await secured->wait();
        }
    }
    co_return std::unique_ptr<stream>(std::move(secured));
}

}  // namespace sluice::inline v0::net
