#include "net/dial.hpp"

#include "net/address_order.hpp"
#include "net/race.hpp"
#include "net/transport.hpp"
#include "net/tunnel.hpp"

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

/// Where the TCP connection goes: the origin, or the proxy before it.
address next_hop(origin const& to) {
    proxy const* const via = to.via();
    address hop;
    hop.text = via != nullptr ? via->host : to.host;
    hop.port = via != nullptr ? via->port : to.port;
    return hop;
}

std::string named(origin const& to) {
    address const hop = next_hop(to);
    return (to.via() != nullptr ? "the proxy " : "") + with_port(hop.text, hop.port);
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
          provider_(transport::of(executor).provider()),
          hop_(next_hop(to_)) {}

    awaitable<result<std::unique_ptr<stream>>> connect() {
        result<std::vector<std::string>> found = co_await provider_.resolve(hop_.text, by(limits_.connect));
        if (!found) co_return with_limit(found.error(), connect_limit());
        race all(hops(sorted(std::move(found).value())), provider_, clock_, limits_.connect, deadline_);
        if (all.runners().empty()) all.last = failure(errc::unreachable, "\"" + hop_.text + "\" has no address");
        if (!all.runners().empty()) co_await all.run();
        note(all.runners());
        if (all.winner) co_return std::move(all.winner);
        std::vector<race::runner> const& tried = all.runners();
        auto const untried = std::ranges::count(tried, race::fate::untried, &race::runner::what);
        co_return no_connection(to_, *all.last, connect_limit(), tried.size() - static_cast<std::size_t>(untried), tried.size());
    }

    /// Through the proxy, which is connected, to the origin.
    awaitable<result<std::unique_ptr<stream>>> tunnel(std::unique_ptr<stream> below) {
        std::string where = with_port(to_.host, to_.port);
        result<std::unique_ptr<stream>> opened = co_await open_tunnel(std::move(below), to_.route, std::move(where), by(limits_.connect));
        if (opened) co_return opened;
        co_return with_limit(opened.error(), limit("timeouts.connect (of the proxy's answer)", limits_.connect));
    }

    awaitable<result<std::unique_ptr<stream>>> secure(std::unique_ptr<stream> below) {
        result<std::unique_ptr<stream>> secured = co_await start_tls(std::move(below), to_.tls, to_.host, by(limits_.tls));
        if (secured) co_return secured;
        if (to_.via() == nullptr) note(address_, false);  // else the address is none of the peer that failed
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
        return book_.order.sorted(hop_.text, hop_.port, std::move(found), clock_.now());
    }

    std::vector<address> hops(std::vector<std::string> order) const {
        std::vector<address> all;
        for (std::string& one : order) {
            address at = hop_;
            at.text = std::move(one);
            if (to_.route) {
                at.local = to_.route->local_address;
                at.device = to_.route->local_device;
            }
            all.push_back(std::move(at));
        }
        return all;
    }

    /// One that was begun before the winner and had not answered when that did counts as failed: it would cost every dial a wait.
    void note(std::vector<race::runner> const& runners) {
        bool const any = std::ranges::count(runners, race::fate::won, &race::runner::what) > 0;
        for (race::runner const& one : runners) {
            if (one.what == race::fate::failed || (any && one.what == race::fate::running)) note(one.at.text, false);
            if (one.what != race::fate::won) continue;
            note(one.at.text, true);
            address_ = one.at.text;
            return;
        }
    }

    void note(std::string const& address, bool worked) {
        std::lock_guard const lock(book_.mutex);
        if (worked)
            book_.order.worked(address, hop_.port);
        else
            book_.order.failed(address, hop_.port, clock_.now());
    }

    origin to_;
    timeouts limits_;
    async::time_point deadline_;
    async::clock& clock_;
    address_book& book_;
    transport_provider& provider_;
    address const hop_;    // `text` is a name
    std::string address_;  // the one that answered
};

}  // namespace

awaitable<result<std::unique_ptr<stream>>> dial(origin to, timeouts limits, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    bool const plain = to.tls == nullptr;
    bool const by_proxy = to.via() != nullptr;
    attempt one(std::move(to), limits, deadline, executor);
    result<std::unique_ptr<stream>> connected = co_await one.connect();
    if (!connected || plain) co_return connected;
    if (by_proxy) connected = co_await one.tunnel(std::move(connected).value());
    if (!connected) co_return connected;
    result<std::unique_ptr<stream>> secured = co_await one.secure(std::move(connected).value());
    co_return secured;
}

}  // namespace sluice::inline v0::net
