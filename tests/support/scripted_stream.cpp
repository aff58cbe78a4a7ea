#include "support/scripted_stream.hpp"

#include <sluice/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::test {

namespace script {

script_step of(script_step::kind what) {
    script_step s;
    s.what = what;
    return s;
}

script_step request(std::size_t body) {
    script_step s = of(script_step::kind::request);
    s.body = body;
    return s;
}

script_step block() { return of(script_step::kind::block); }
script_step end() { return of(script_step::kind::end); }
script_step cut() { return of(script_step::kind::cut); }

script_step deliver(std::string bytes) {
    script_step s = of(script_step::kind::deliver);
    s.bytes = std::move(bytes);
    return s;
}

script_step pause(std::chrono::nanoseconds span) {
    script_step s = of(script_step::kind::pause);
    s.span = span;
    return s;
}

script_step fail(error_code error) {
    script_step s = of(script_step::kind::fail);
    s.error = error;
    return s;
}

}  // namespace script

class scripted_stream final : public net::stream {
public:
    scripted_stream(scripted_net& world, asio::any_io_executor executor, connection_script script, std::shared_ptr<connection_log> log)
        : world_(world),
          executor_(std::move(executor)),
          script_(std::move(script)),
          log_(std::move(log)) {}
    ~scripted_stream() override { log_->closed = true; }

    net::io_outcome try_read(std::span<std::byte> into) noexcept override {
        if (dead()) return failed(why_);
        if (silent() && broken_) return failed(asio::error::connection_reset);
        if (silent()) return blocked(false);
        script_step& now = script_.reads.front();
        switch (now.what) {
        case script_step::kind::deliver: return deliver(now, into);
        case script_step::kind::block:
        case script_step::kind::pause: return blocked(false);
        case script_step::kind::end: return {net::io_status::end, 0, {}};
        case script_step::kind::cut: return {net::io_status::cut, 0, {}};
        default: return failed(now.error);
        }
    }

    net::io_outcome try_write(std::span<std::byte const> from) noexcept override {
        if (dead()) return failed(why_);
        std::size_t taken = from.size();
        if (!script_.writes.empty()) {
            std::ptrdiff_t const allowed = script_.writes.front();
            if (allowed == script::would_block || allowed == script::stuck) return blocked(true);
            if (allowed == script::broken) {
                broken_ = true;
                return failed(asio::error::broken_pipe);
            }
            script_.writes.pop_front();
            taken = std::min(taken, static_cast<std::size_t>(allowed));
        }
        log_->sizes.push_back(taken);
        log_->written.append(reinterpret_cast<char const*>(from.data()), taken);
        return {net::io_status::done, taken, {}};
    }

    awaitable<void> wait() override { return blocked_writing_ ? pause(false, true) : pause(true, false); }
    awaitable<void> wait_writable_or_readable() override { return pause(true, true); }
    awaitable<void> wait_readable(async::time_point until) override { return pause(true, false, until); }

    void expect(std::uint64_t bytes) noexcept override { log_->expected.push_back(bytes); }

    /// By an alarm under the clock's lock, which is also taken by a wait under the mutex: whoever waits is woken later, without it.
    void interrupt(error_code reason) noexcept override {
        if (shared_->claimed.exchange(true)) return;
        shared_->reason = reason;
        shared_->interrupted = true;
        asio::post(executor_, [shared = shared_] {
            std::lock_guard const lock(shared->mutex);
            shared->changed.notify_all();
        });
    }

    void nudge() noexcept override { ++log_->nudges; }
    std::uint64_t unsent() noexcept override { return script_.unsent ? script_.unsent() : 0; }
    bool quiet() noexcept override { return !shared_->interrupted && silent(); }
    void farewell() noexcept override { log_->farewell = true; }
    std::string peer() const override { return "127.0.0.1:1"; }

private:
    /// What an interruption from elsewhere may still touch when the stream is gone.
    struct shared {
        std::mutex mutex;
        async::event changed;
        std::atomic<bool> claimed = false, interrupted = false;
        error_code reason;  // written once, before `interrupted`
    };

    bool dead() noexcept {
        if (world_.fails_now()) why_ = asio::error::connection_reset;
        if (shared_->interrupted) why_ = shared_->reason;
        return why_.failed();
    }

    net::io_outcome failed(error_code why) noexcept { return {net::io_status::failed, 0, why}; }

    net::io_outcome blocked(bool writing) noexcept {
        blocked_writing_ = writing;
        return {net::io_status::would_block, 0, {}};
    }

    net::io_outcome deliver(script_step& now, std::span<std::byte> into) noexcept {
        std::size_t const n = std::min(into.size(), now.bytes.size());
        std::memcpy(into.data(), now.bytes.data(), n);
        now.bytes.erase(0, n);
        if (now.bytes.empty()) script_.reads.pop_front();
        return {net::io_status::done, n, {}};
    }

    /// Whether the peer has one more request; it is then taken.
    bool received(std::size_t body) noexcept {
        std::size_t const head = log_->written.find("\r\n\r\n", taken_);
        if (head == std::string::npos || log_->written.size() < head + 4 + body) return false;
        taken_ = head + 4 + body;
        return true;
    }

    /// Nothing will come until we have done something.
    bool silent() noexcept {
        while (!script_.reads.empty() && script_.reads.front().what == script_step::kind::request && received(script_.reads.front().body))
            script_.reads.pop_front();
        return script_.reads.empty() || script_.reads.front().what == script_step::kind::request;
    }

    bool next_is(script_step::kind what) noexcept { return !silent() && script_.reads.front().what == what; }
    bool writable() const noexcept { return script_.writes.empty() || script_.writes.front() != script::stuck; }

    awaitable<void> pause(bool reading, bool writing, async::time_point until = async::never) {
        int const n = world_.waits++;
        if (world_.on_wait) world_.on_wait(n);
        if (writing && !script_.writes.empty() && script_.writes.front() == script::would_block)
            script_.writes.pop_front();
        else if (reading && next_is(script_step::kind::block))
            script_.reads.pop_front();
        else if (reading && next_is(script_step::kind::pause))
            co_return co_await stay_silent(until);
        else if (!(writing && writable()) && !(reading && !silent()))
            co_return co_await hang(until);
        co_await asio::post(asio::use_awaitable);
    }

    awaitable<void> stay_silent(async::time_point give_up) {
        async::clock& clock = async::clock::of(executor_);
        async::time_point const end = clock.now() + script_.reads.front().span, until = std::min(end, give_up);
        std::unique_lock lock(shared_->mutex);
        while (!shared_->interrupted && clock.now() < until) {
            co_await shared_->changed.wait(lock, until);
            lock.lock();
        }
        async::time_point const now = clock.now();
        if (now >= end)
            script_.reads.pop_front();
        else
            script_.reads.front().span = end - now;
    }

    awaitable<void> hang(async::time_point until) {
        async::clock& clock = async::clock::of(executor_);
        std::unique_lock lock(shared_->mutex);
        while (!shared_->interrupted && clock.now() < until) {
            co_await shared_->changed.wait(lock, until);
            lock.lock();
        }
    }

    scripted_net& world_;
    asio::any_io_executor executor_;
    connection_script script_;
    std::shared_ptr<connection_log> log_;
    std::shared_ptr<shared> const shared_ = std::make_shared<shared>();
    std::size_t taken_ = 0;  // of what was written: requests received
    bool blocked_writing_ = false;
    bool broken_ = false;  // a write has failed: what was delivered can still be read
    error_code why_;       // of a connection that is no more
};

class scripted_provider final : public net::transport_provider {
public:
    explicit scripted_provider(scripted_net& world) : world_(world) {}

    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point) override {
        std::vector<std::string> found;
        found.push_back(std::move(host));
        co_return found;
    }

    awaitable<result<std::unique_ptr<net::stream>>> dial(net::address, async::time_point deadline) override {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        connection_script script;
        script.refused = world_.fails_now() || world_.scripts_.empty();
        if (!script.refused) {
            script = std::move(world_.scripts_.front());
            world_.scripts_.pop_front();
        }
        if (script.silent) {
            co_await async::clock::of(executor).sleep_until(deadline);
            co_return failure(errc::timed_out, "127.0.0.1:1: no answer in time");
        }
        co_await asio::post(asio::use_awaitable);
        if (script.refused) co_return failure(errc::unreachable, "connection refused by the script");
        auto log = std::make_shared<connection_log>();
        world_.connections.push_back(log);
        std::unique_ptr<net::stream> stream = std::make_unique<scripted_stream>(world_, executor, std::move(script), std::move(log));
        co_return stream;
    }

private:
    scripted_net& world_;
};

scripted_net::scripted_net(asio::any_io_executor const& executor) {
    net::transport::of(executor).replace(std::make_unique<scripted_provider>(*this));
}

void scripted_net::serve(connection_script script) { scripts_.push_back(std::move(script)); }

}  // namespace sluice::test
