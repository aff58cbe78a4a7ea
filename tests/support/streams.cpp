#include "support/streams.hpp"

#include "net/transport.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace asio = boost::asio;

namespace sluice::test {

awaitable<std::unique_ptr<net::stream>> connected(std::uint16_t port) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    net::address to;
    to.text = "127.0.0.1";
    to.port = port;
    result<std::unique_ptr<net::stream>> made = co_await net::transport::of(executor).provider().dial(to, async::never);
    co_return std::move(made).value();
}

awaitable<received> read_up_to(net::stream* from, std::size_t size, std::size_t step) {
    received all;
    all.data.resize(size);
    std::size_t got = 0;
    while (got < size) {
        std::span<char> const room(all.data.data() + got, std::min(step, size - got));
        net::io_outcome const o = from->try_read(std::as_writable_bytes(room));
        all.end = o;
        if (o.status == net::io_status::done)
            got += o.bytes;
        else if (o.status == net::io_status::would_block)
            co_await from->wait();
        else
            break;
    }
    all.data.resize(got);
    co_return all;
}

awaitable<net::io_outcome> write_all(net::stream* to, std::string data) {
    std::span<char const> left(data);
    net::io_outcome o;
    while (!left.empty()) {
        o = to->try_write(std::as_bytes(left));
        if (o.status == net::io_status::done)
            left = left.subspan(o.bytes);
        else if (o.status == net::io_status::would_block)
            co_await to->wait();
        else
            co_return o;
    }
    co_return o;
}

std::string pattern(std::size_t size, std::uint32_t seed) {
    std::string data(size, '\0');
    std::uint32_t x = seed * 2654435761u + 1;
    for (char& c : data) {
        x = x * 1664525u + 1013904223u;
        c = static_cast<char>(x >> 24);
    }
    return data;
}

}  // namespace sluice::test
