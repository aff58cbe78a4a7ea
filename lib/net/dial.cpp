#include "net/dial.hpp"

#include "net/address_order.hpp"
#include "net/transport.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

namespace {

std::string in_seconds(async::nanoseconds span) {
    char text[32];
    std::snprintf(text, sizeof text, "%g s", std::chrono::duration<double>(span).count());
    return text;
}

std::string named(origin const& to) {
    bool const bare_v6 = to.host.find(':') != std::string::npos;
    return (bare_v6 ? '[' + to.host + ']' : to.host) + ':' + std::to_string(to.port);
}

/// What the caller reads when no address would have us; `last` is what the last one said, `limit` the one that ended it.
failure no_connection(origin const& to, failure const& last, std::string const& limit, std::size_t tried, std::size_t of) {
    std::string text = "no connection to " + named(to) + " (" + last.info().detail;
    if (of > 1) text += "; tried " + std::to_string(tried) + " of its " + std::to_string(of) + " addresses";
    text += ")";
    if (last.reason() == errc::timed_out)
        text += "; " + limit + ": check host, port and firewall";
    else
        text += "; check that the server runs and that host and port are right";
    return {last.reason(), text};
}

/// Connects to the first address that answers; tells `book` how each one did.
class attempt {
public:
    attempt(origin to, timeouts limits, async::time_point deadline, asio::any_io_executor executor)
        : to_(std::move(to)),
          limits_(limits),
          deadline_(deadline),
          clock_(async::clock::of(executor)),
          book_(address_book::of(executor)),
          provider_(transport::of(executor).provider()) {}

    awaitable<result<std::unique_ptr<stream>>> connect() {
        result<std::vector<std::string>> found = co_await provider_.resolve(to_.host, by(limits_.connect));
        if (!found) co_return with_limit(found.error(), connect_limit());
        std::vector<std::string> const order = sorted(std::move(found).value());
        failure last(errc::unreachable, "\"" + to_.host + "\" has no address");
        std::size_t tried = 0;
        for (std::string const& one : order) {
            address at;
            at.text = one;
            at.port = to_.port;
            ++tried;
            result<std::unique_ptr<stream>> connected = co_await provider_.dial(at, by(limits_.connect));
            note(one, connected.has_value());
            if (connected) {
                address_ = one;
                co_return connected;
            }
            last = connected.error();
            if (clock_.now() >= deadline_) break;
        }
        co_return no_connection(to_, last, connect_limit(), tried, order.size());
    }

    awaitable<result<std::unique_ptr<stream>>> secure(std::unique_ptr<stream> below) {
        result<std::unique_ptr<stream>> secured = co_await start_tls(std::move(below), to_.tls, to_.host, by(limits_.tls));
        if (secured) co_return secured;
        note(address_, false);
        co_return with_limit(secured.error(), limit("timeouts.tls", limits_.tls));
    }

private:
    async::time_point by(async::nanoseconds span) const { return std::min(deadline_, async::limit_after(clock_.now(), span)); }

    /// Which of the two limits it was, when it was one.
    std::string limit(std::string name, async::nanoseconds span) const {
        if (clock_.now() >= deadline_) return "the operation's deadline has passed";
        return "limit " + std::move(name) + " = " + in_seconds(span);
    }
    std::string connect_limit() const { return limit("timeouts.connect (of one address)", limits_.connect); }

    static failure with_limit(failure why, std::string const& limit) {
        if (why.reason() == errc::timed_out) why.info().detail += "; " + limit;
        return why;
    }

    std::vector<std::string> sorted(std::vector<std::string> found) {
        std::lock_guard const lock(book_.mutex);
        return book_.order.sorted(to_.host, to_.port, std::move(found), clock_.now());
    }

    void note(std::string const& address, bool worked) {
        std::lock_guard const lock(book_.mutex);
        if (worked)
            book_.order.worked(address, to_.port);
        else
            book_.order.failed(address, to_.port, clock_.now());
    }

    origin to_;
    timeouts limits_;
    async::time_point deadline_;
    async::clock& clock_;
    address_book& book_;
    transport_provider& provider_;
    std::string address_;  // the one that answered
};

}  // namespace

awaitable<result<std::unique_ptr<stream>>> dial(origin to, timeouts limits, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    bool const plain = to.tls == nullptr;
    attempt one(std::move(to), limits, deadline, executor);
    result<std::unique_ptr<stream>> connected = co_await one.connect();
    if (!connected || plain) co_return connected;
    result<std::unique_ptr<stream>> secured = co_await one.secure(std::move(connected).value());
    co_return secured;
}

}  // namespace sluice::inline v0::net
