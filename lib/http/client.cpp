#include "http/client.hpp"

#include "http/exchange.hpp"
#include "http/pool.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::http {

response::response() noexcept = default;
response::response(std::unique_ptr<exchange> of) noexcept : exchange_(std::move(of)) {}
response::response(response&&) noexcept = default;

response& response::operator=(response&& other) noexcept {
    response const old(std::exchange(exchange_, std::move(other.exchange_)));
    return *this;
}

response::~response() {
    if (!exchange_) return;
    std::shared_ptr<pool_core> const home = exchange_->home();  // the last to know it, if its context is gone
    home->recycle(std::move(exchange_));
}

response_head const& response::head() const noexcept { return exchange_->head(); }
std::uint64_t response::delivered() const noexcept { return exchange_ ? exchange_->delivered() : 0; }
bool response::asked_in_vain() const noexcept { return exchange_ && exchange_->asked_in_vain(); }
bool response::ended() const noexcept { return !exchange_ || exchange_->ended(); }

awaitable<result<std::size_t>> response::read_some(std::span<std::byte> into) {
    exchange& from = *exchange_;
    attention here(from);
    exchange::portion got = from.read_body(into);
    while (got.what == step::blocked) {
        co_await from.wait();
        from.woke();
        got = from.read_body(into);
    }
    here.calm();
    if (got.what == step::failed) co_return from.why();
    co_return got.bytes;
}

awaitable<result<std::size_t>> response::read_all(std::span<std::byte> into) {
    exchange& from = *exchange_;
    attention here(from);
    std::size_t filled = 0;
    while (filled < into.size()) {
        exchange::portion const got = from.read_body(into.subspan(filled));
        if (got.what == step::blocked) {
            co_await from.wait();
            from.woke();
            continue;
        }
        if (got.what == step::failed || got.bytes == 0) break;
        filled += got.bytes;
        if (from.ended()) break;
    }
    here.calm();
    if (from.failed()) co_return from.why();
    co_return filled;
}

awaitable<result<std::string>> response::read_text(std::size_t limit) {
    exchange& from = *exchange_;
    from.accept_any_end();
    std::string text;
    std::size_t filled = 0;
    while (!from.ended()) {
        // Where no length is told: in steps, up to one byte more than allowed.
        std::uint64_t const announced = from.announced().value_or(std::min<std::size_t>(16 * 1024, limit - std::min(limit, filled)) + 1);
        if (filled > limit || (from.announced() && announced > limit)) {
            from.fail(errc::protocol, "a body of more than " + std::to_string(limit) + " bytes where a short text was expected");
            co_return from.why();
        }
        text.resize(filled + static_cast<std::size_t>(announced));
        std::span<std::byte> const rest = std::as_writable_bytes(std::span(text)).subspan(filled);
        result<std::size_t> const got = co_await read_all(rest);
        if (!got) co_return got.error();
        filled += *got;
    }
    text.resize(filled);
    co_return text;
}

awaitable<void> response::drain(std::size_t limit) {
    exchange& from = *exchange_;
    std::optional<std::uint64_t> const left = from.announced();
    if (!left || *left > limit) {
        from.abandon();
        co_return;
    }
    auto const bin = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(*left));
    co_await read_all(std::span(bin.get(), static_cast<std::size_t>(*left)));
}

awaitable<result<response>> send(net::origin const* to, request const* what, send_options const* how) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    pool& shared = pool::of(executor);
    std::unique_ptr<exchange> trip = shared.make_exchange();
    if (std::optional<failure> refused = trip->prepare(*what, *how, to->forwarder())) co_return std::move(*refused);

    bool const careful = what->method != "GET" && what->method != "HEAD";  // a write's answer must be no other's
    lease place = shared.take(*to, how->pool, careful);
    if (!place) {
        result<lease> waited = co_await shared.wait(to, &how->pool, &how->limits, how->deadline, careful);
        if (!waited) co_return waited.error();
        place = std::move(*waited);
    }
    for (bool again = false;;) {
        if (!place.connected()) {
            std::optional<failure> failed = co_await shared.dial(&place, to, &how->limits, how->deadline);
            if (failed && trip->touched()) failed->sent(true);  // by an earlier connection
            if (failed) co_return std::move(*failed);
        }
        trip->begin(std::move(place));
        attention here(*trip);
        if (trip->send_now() == step::blocked) co_await trip->send_rest();
        while (trip->read_head() == step::blocked) {
            co_await trip->wait();
            trip->woke();
        }
        here.calm();
        if (trip->refused_asking()) {
            trip->prepare(*what, *how, to->forwarder());
            place = trip->take_place();
            continue;
        }
        if (!trip->failed() && to->forwarder() != nullptr && trip->head().status == 407)
            trip->fail(errc::unauthenticated, "the proxy " + net::with_port(to->forwarder()->host, to->forwarder()->port) +
                                                  " wants other credentials (HTTP 407); put them into its URL");
        if (!trip->failed()) co_return response(std::move(trip));
        // The server closed a reused connection just as we sent. Once, on a fresh one: what is idle beside it is likely gone as well.
        if (again || !how->replayable || !trip->stale()) co_return trip->why();
        again = true;
        place = trip->take_place();
    }
}

}  // namespace sluice::inline v0::http
