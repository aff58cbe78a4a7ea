#include "story.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <span>
#include <stdexcept>

namespace sluice::test {

awaitable<void> recorded_source::read(std::uint64_t offset, std::span<std::byte> into) {
    asked.push_back(offset);
    if (fail_at && offset >= *fail_at) throw std::runtime_error("the source fails");
    std::memcpy(into.data(), data_.data() + offset, into.size());
    co_return;
}

awaitable<seen> exchange_once(net::origin const* to, http::request const* what, http::send_options const* how, how_read reading,
                              std::size_t step) {
    seen out;
    result<http::response> sent = co_await http::send(to, what, how);
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

void stage::play(std::function<awaitable<void>()> body) {
    started const& one = start(std::move(body));
    here->finish();
    REQUIRE(one.result() == "ok");
}

trip& stage::depart(http::request const& what, http::send_options const& with) {
    trip& made = trips_.emplace_back();
    made.run = &start([this, &what, &with, &made]() -> awaitable<void> { made.out = co_await exchange_once(&to, &what, &with); });
    return made;
}

seen stage::send(http::request const& what, how_read reading, std::size_t step) {
    seen out;
    play([&]() -> awaitable<void> { out = co_await exchange_once(&to, &what, &how, reading, step); });
    return out;
}

seen stage::ask(connection_script script, how_read reading, std::size_t step) {
    net.serve(std::move(script));
    return send(get, reading, step);
}

std::string ok(std::string_view body, std::string_view more_headers) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
           std::string(body);
}

std::string in_chunks(std::string_view body, std::size_t step) {
    std::string wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
        std::array<char, 24> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", std::min(step, body.size()));
        wire.append(size.data()).append(body.substr(0, step)).append("\r\n");
    }
    return wire + "0\r\n\r\n";
}

}  // namespace sluice::test
