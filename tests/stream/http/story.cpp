#include "story.hpp"

#include <span>
#include <vector>

namespace sluice::test {

awaitable<seen> exchange_once(http::request const* what, http::send_options const* how, how_read reading, std::size_t step) {
    net::origin const to = scripted_origin();
    seen out;
    result<http::response> sent = co_await http::send(&to, what, how);
    if (!sent) {
        out.why = sent.error();
        co_return out;
    }
    http::response answer = std::move(sent).value();
    out.status = answer.head().status;
    std::string poisoned(step, '#');
    std::span<std::byte> const into = std::as_writable_bytes(std::span(poisoned));
    for (;;) {
        std::uint64_t const before = answer.delivered();
        result<std::size_t> got = std::size_t{0};
        if (reading == how_read::whole)
            got = co_await answer.read_all(into);
        else
            got = co_await answer.read_some(into);
        out.body += poisoned.substr(0, static_cast<std::size_t>(answer.delivered() - before));
        if (!got) out.why = got.error();
        if (!got || *got == 0) break;
    }
    out.ended = answer.ended();
    co_return out;
}

awaitable<http::pool_core::counts> pool_counts() {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    co_return http::pool::of(executor).count();
}

std::string ok(std::string_view body, std::string_view more_headers) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
           std::string(body);
}

}  // namespace sluice::test
