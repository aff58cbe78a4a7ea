#include "net/dns_cache.hpp"

#include "async/blocking.hpp"
#include "async/event.hpp"
#include "net/dns_table.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

struct dns_cache::state {
    std::mutex mutex;
    dns_table table;
    async::event told;
    std::function<resolved(std::string const&)> resolver = ask_system;

    void look_up(std::string const& host) noexcept;
};

namespace {

failure unresolved(std::string const& host, std::string const& problem) {
    return {errc::unreachable, "cannot resolve \"" + host + "\": " + problem + "; check the endpoint's name and this machine's DNS"};
}

failure too_late(std::string const& host) { return {errc::timed_out, "no answer from DNS for \"" + host + "\" in time"}; }

}  // namespace

asio::execution_context::id dns_cache::id;

dns_cache& dns_cache::of(asio::any_io_executor const& executor) {
    return asio::use_service<dns_cache>(asio::query(executor, asio::execution::context));
}

dns_cache::dns_cache(asio::execution_context& context) : service(context), state_(std::make_shared<state>()) {}

dns_cache::~dns_cache() = default;

void dns_cache::ask_with(std::function<resolved(std::string const&)> resolver) { state_->resolver = std::move(resolver); }

void dns_cache::state::look_up(std::string const& host) noexcept {
    resolved found;
    try {
        found = resolver(host);
    } catch (std::exception const& e) {
        found.problem = e.what();
    }
    std::lock_guard const lock(mutex);
    table.tell(host, std::move(found.addresses), std::move(found.problem));
    told.notify_all();
}

void dns_cache::start(asio::any_io_executor const& executor, std::string const& host) {
    try {
        async::blocking::of(executor).launch([s = state_, host] { s->look_up(host); });
    } catch (std::exception const& e) {  // no thread to be had: whoever waits must hear of it
        std::lock_guard const lock(state_->mutex);
        state_->table.tell(host, {}, e.what());
        state_->told.notify_all();
    }
}

awaitable<result<std::vector<std::string>>> dns_cache::resolve(std::string host, async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    std::unique_lock lock(state_->mutex);
    for (;;) {
        dns_decision const next = state_->table.ask(host, clock.now());
        if (next.what == dns_decision::kind::answer) co_return next.addresses;
        if (next.what == dns_decision::kind::refuse) co_return unresolved(host, next.problem);
        if (next.what == dns_decision::kind::look_up) {
            lock.unlock();
            start(executor, host);
            lock.lock();
        }
        async::wake woken = async::wake::notified;
        while (!next.lookup->done && woken == async::wake::notified) {
            woken = co_await state_->told.wait(lock, std::min(deadline, next.patience));
            lock.lock();
        }
        if (next.lookup->done && next.lookup->addresses.empty()) co_return unresolved(host, next.lookup->problem);
        if (next.lookup->done) co_return next.lookup->addresses;
        if (clock.now() >= deadline) co_return too_late(host);
    }
}

resolved ask_system(std::string const& host) {
    resolved found;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int const failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (failed != 0) {
        found.problem = ::gai_strerror(failed);
        return found;
    }
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner(list, ::freeaddrinfo);
    for (addrinfo const* one = list; one != nullptr; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
        if (std::find(found.addresses.begin(), found.addresses.end(), text.data()) == found.addresses.end())
            found.addresses.emplace_back(text.data());
    }
    return found;
}

}  // namespace sluice::inline v0::net
