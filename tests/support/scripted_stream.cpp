#include "support/scripted_stream.hpp"

#include <sluice/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::test {

namespace script {

script_step request() { return {script_step::kind::request, {}, {}}; }
script_step deliver(std::string bytes) { return {script_step::kind::deliver, std::move(bytes), {}}; }
script_step block() { return {script_step::kind::block, {}, {}}; }
script_step end() { return {script_step::kind::end, {}, {}}; }
script_step cut() { return {script_step::kind::cut, {}, {}}; }
script_step fail(error_code error) { return {script_step::kind::fail, {}, error}; }

}  // namespace script

class scripted_stream final : public net::stream {
public:
    scripted_stream(scripted_net& world, connection_script script, std::shared_ptr<connection_log> log)
        : world_(world),
          script_(std::move(script)),
          log_(std::move(log)) {}
    ~scripted_stream() override { log_->closed = true; }

    net::io_outcome try_read(std::span<std::byte> into) noexcept override {
        if (interrupted_) return failed(reason_);
        if (silent()) return blocked(false);
        script_step& now = script_.reads.front();
        switch (now.what) {
        case script_step::kind::deliver: return deliver(now, into);
        case script_step::kind::block: return blocked(false);
        case script_step::kind::end: return {net::io_status::end, 0, {}};
        case script_step::kind::cut: return {net::io_status::cut, 0, {}};
        default: return failed(now.error);
        }
    }

    net::io_outcome try_write(std::span<std::byte const> from) noexcept override {
        if (interrupted_) return failed(reason_);
        std::size_t taken = from.size();
        if (!script_.writes.empty()) {
            std::ptrdiff_t const allowed = script_.writes.front();
            if (allowed == 0) return blocked(true);
            if (allowed < 0) return failed(asio::error::broken_pipe);
            script_.writes.pop_front();
            taken = std::min(taken, static_cast<std::size_t>(allowed));
        }
        log_->written.append(reinterpret_cast<char const*>(from.data()), taken);
        return {net::io_status::done, taken, {}};
    }

    awaitable<void> wait() override { return pause(false); }
    awaitable<void> wait_writable_or_readable() override { return pause(true); }

    void expect(std::uint64_t bytes) noexcept override { log_->expected.push_back(bytes); }

    void interrupt(error_code reason) noexcept override {
        std::lock_guard const lock(mutex_);
        reason_ = reason;
        interrupted_ = true;
        changed_.notify_all();
    }

    void nudge() noexcept override { ++log_->nudges; }
    bool quiet() noexcept override { return !interrupted_ && silent(); }
    void farewell() noexcept override { log_->farewell = true; }
    std::string peer() const override { return "127.0.0.1:1"; }

private:
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

    std::size_t heads_written() const {
        std::size_t n = 0;
        for (std::size_t at = log_->written.find("\r\n\r\n"); at != std::string::npos; at = log_->written.find("\r\n\r\n", at + 4)) ++n;
        return n;
    }

    /// Nothing will come until we have done something.
    bool silent() noexcept {
        while (!script_.reads.empty() && script_.reads.front().what == script_step::kind::request && heads_written() > answered_) {
            ++answered_;
            script_.reads.pop_front();
        }
        return script_.reads.empty() || script_.reads.front().what == script_step::kind::request;
    }

    awaitable<void> pause(bool either) {
        int const n = world_.waits++;
        if (world_.on_wait) world_.on_wait(n);
        bool const readable = !silent() && script_.reads.front().what != script_step::kind::block;
        bool const writable_later = !script_.writes.empty() && script_.writes.front() == 0;
        bool const readable_later = !silent() && script_.reads.front().what == script_step::kind::block;
        if ((blocked_writing_ || either) && writable_later)
            script_.writes.pop_front();
        else if ((!blocked_writing_ || either) && readable_later)
            script_.reads.pop_front();
        else if (!readable && !(blocked_writing_ && !writable_later))
            co_return co_await hang();
        co_await asio::post(asio::use_awaitable);
    }

    awaitable<void> hang() {
        std::unique_lock lock(mutex_);
        while (!interrupted_) {
            co_await changed_.wait(lock);
            lock.lock();
        }
    }

    scripted_net& world_;
    connection_script script_;
    std::shared_ptr<connection_log> log_;
    std::size_t answered_ = 0;
    bool blocked_writing_ = false;
    std::mutex mutex_;
    async::event changed_;
    std::atomic<bool> interrupted_ = false;
    error_code reason_;
};

class scripted_provider final : public net::transport_provider {
public:
    explicit scripted_provider(scripted_net& world) : world_(world) {}

    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point) override {
        std::vector<std::string> found;
        found.push_back(std::move(host));
        co_return found;
    }

    awaitable<result<std::unique_ptr<net::stream>>> dial(net::address, async::time_point) override {
        connection_script script;
        if (!world_.scripts_.empty()) {
            script = std::move(world_.scripts_.front());
            world_.scripts_.pop_front();
        } else {
            script.refused = true;
        }
        co_await asio::post(asio::use_awaitable);
        if (script.refused) co_return failure(errc::unreachable, "connection refused by the script");
        auto log = std::make_shared<connection_log>();
        world_.connections.push_back(log);
        std::unique_ptr<net::stream> stream = std::make_unique<scripted_stream>(world_, std::move(script), std::move(log));
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
