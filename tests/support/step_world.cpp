#include "support/step_world.hpp"

#include "async/event.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/s3.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::test {

namespace {

std::atomic<int> alive = 0;

awaitable<void> breathe(async::clock* clock) { co_await clock->sleep_until(clock->now()); }

}  // namespace

/// One connection. Requests are taken in two writes and answered by the model once they are whole; an answer comes in three pieces, with
/// a wait before each.
class step_stream final : public net::stream {
public:
    step_stream(step_world& world, async::clock& clock) : world_(world), clock_(clock) { ++alive; }
    ~step_stream() override { --alive; }

    net::io_outcome try_read(std::span<std::byte> into) noexcept override {
        if (net::io_outcome const* bad = trouble(false)) return *bad;
        if (mute_ || pieces_.empty()) return {net::io_status::would_block, 0, {}};
        if (!std::exchange(waited_, false)) return {net::io_status::would_block, 0, {}};
        std::string& now = pieces_.front();
        std::size_t const n = std::min(into.size(), now.size());
        std::memcpy(into.data(), now.data(), n);
        now.erase(0, n);
        if (now.empty())
            pieces_.pop_front();
        else
            waited_ = true;
        return {net::io_status::done, n, {}};
    }

    net::io_outcome try_write(std::span<std::byte const> from) noexcept override {
        if (net::io_outcome const* bad = trouble(true)) return *bad;
        if (mute_ || (request_.size() >= next_pause_ && !std::exchange(waited_, false))) return {net::io_status::would_block, 0, {}};
        std::size_t const n = request_.empty() && from.size() > 1 ? from.size() / 2 : from.size();
        next_pause_ = request_.empty() ? n : std::string::npos;
        request_.append(reinterpret_cast<char const*>(from.data()), n);
        serve();
        return {net::io_status::done, n, {}};
    }

    awaitable<void> wait() override { return pause(); }
    awaitable<void> wait_writable_or_readable() override { return pause(); }
    awaitable<void> wait_readable(async::time_point until) override { return pause(until); }
    void expect(std::uint64_t) noexcept override {}
    void nudge() noexcept override {}
    std::uint64_t unsent() noexcept override { return 0; }
    bool quiet() noexcept override { return !dead() && pieces_.empty(); }
    void farewell() noexcept override {}
    std::string peer() const override { return "127.0.0.1:1"; }

    void interrupt(error_code reason) noexcept override {
        shared_->reason = reason;
        shared_->interrupted = true;
        asio::post(world_.context_->get_executor(), [shared = shared_] { shared->changed.notify_all(); });
    }

private:
    struct shared_state {
        std::mutex mutex;
        async::event changed;
        std::atomic<bool> interrupted = false;
        error_code reason;
    };

    bool dead() const noexcept { return broken_ || ended_ || shared_->interrupted; }

    /// What hinders this call, if anything does.
    net::io_outcome const* trouble(bool const writing) noexcept {
        take_step();
        outcome_ = {net::io_status::failed, 0, asio::error::connection_reset};
        if (shared_->interrupted)
            outcome_.error = shared_->reason;
        else if (ended_ && writing)
            outcome_.error = asio::error::broken_pipe;
        else if (ended_)
            outcome_ = {net::io_status::end, 0, {}};
        else if (!broken_)
            return nullptr;
        return &outcome_;
    }

    void take_step() noexcept {
        if (!world_.step()) return;
        broken_ = broken_ || world_.what_ == mishap::reset;
        ended_ = ended_ || world_.what_ == mishap::end;
        mute_ = mute_ || world_.what_ == mishap::silence;
    }

    awaitable<void> pause(async::time_point until = async::never) {
        take_step();
        bool const nothing_comes = pieces_.empty() && request_.size() < next_pause_;
        if (dead()) {
            co_await breathe(&clock_);
        } else if (mute_ || nothing_comes) {
            std::unique_lock lock(shared_->mutex);
            while (!shared_->interrupted && clock_.now() < until) {
                co_await shared_->changed.wait(lock, until);
                lock.lock();
            }
        } else {
            co_await breathe(&clock_);
            waited_ = true;
        }
    }

    void serve() {
        std::size_t const end = request_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        std::string_view const head_text = std::string_view(request_).substr(0, end + 2);
        std::size_t const length = body_length(head_text);
        bool const asks = head_text.find("Expect: 100-continue") != std::string_view::npos;
        if (asks && request_.size() == end + 4) pieces_.push_back("HTTP/1.1 100 Continue\r\n\r\n");
        if (request_.size() < end + 4 + length) return;
        std::string const answer =
            world_.model.answer(std::string_view(request_).substr(0, end + 2), std::string_view(request_).substr(end + 4));
        request_.clear();
        next_pause_ = std::string::npos;
        std::size_t const head = answer.find("\r\n\r\n") + 4, half = (answer.size() - head) / 2;
        pieces_.push_back(answer.substr(0, head + half));
        if (head + half < answer.size()) pieces_.push_back(answer.substr(head + half));
        std::string& first = pieces_.front();
        pieces_.insert(pieces_.begin() + 1, first.substr(first.size() / 3));
        first.resize(first.size() / 3);
    }

    step_world& world_;
    async::clock& clock_;
    std::shared_ptr<shared_state> const shared_ = std::make_shared<shared_state>();
    std::string request_;
    std::size_t next_pause_ = std::string::npos;  // of the request: the next write waits first
    std::deque<std::string> pieces_;
    net::io_outcome outcome_;
    bool waited_ = false;
    bool broken_ = false, ended_ = false, mute_ = false;
};

class step_provider final : public net::transport_provider {
public:
    step_provider(step_world& world, async::clock& clock) : world_(world), clock_(clock) {}

    awaitable<result<std::vector<std::string>>> resolve(std::string host, async::time_point deadline) override {
        std::optional<failure> failed = co_await attempt(deadline);
        if (failed) co_return std::move(*failed);
        std::vector<std::string> found;
        found.push_back(std::move(host));
        co_return found;
    }

    awaitable<result<std::unique_ptr<net::stream>>> dial(net::address, async::time_point deadline) override {
        std::optional<failure> failed = co_await attempt(deadline);
        if (failed) co_return std::move(*failed);
        std::unique_ptr<net::stream> stream = std::make_unique<step_stream>(world_, clock_);
        co_return stream;
    }

private:
    awaitable<std::optional<failure>> attempt(async::time_point deadline) {
        bool const bad = world_.step();
        if (bad && world_.what_ == mishap::silence) {
            co_await clock_.sleep_until(deadline);
            co_return failure(errc::timed_out, "nobody answers");
        }
        co_await breathe(&clock_);
        if (bad) co_return failure(errc::unreachable, "refused");
        co_return std::nullopt;
    }

    step_world& world_;
    async::clock& clock_;
};

step_world::step_world(kind const what, bool const marked) : kind_(what), context_(std::make_unique<asio::io_context>(1)) {
    if (marked) async::assume_single_threaded(*context_);
    async::clock& clock = async::clock::of(context_->get_executor());
    auto source = std::make_unique<manual_time>(clock);
    time_ = source.get();
    clock.use(std::move(source));
    net::transport::of(context_->get_executor()).replace(std::make_unique<step_provider>(*this, clock));
    store_ = make_s3_store(settings());
}

step_world::~step_world() = default;

s3_settings step_world::settings() {
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = "http://127.0.0.1:1";
    settings.credentials = static_credentials(credentials("id", "secret"));
    settings.retry.max_attempts = 4;
    settings.retry.base = settings.retry.cap = std::chrono::milliseconds(0);
    settings.timeouts.server_work = std::chrono::minutes(1);
    return settings;
}

void step_world::plan(mishap const what, int const at, bool const lasting) {
    what_ = what;
    at_ = at;
    lasting_ = lasting;
    steps_ = 0;
}

bool step_world::step() {
    int const n = steps_++;
    if (what_ == mishap::none || n < at_ || (n > at_ && !lasting_)) return false;
    if (what_ == mishap::cancel) {
        asio::post(context_->get_executor(), [this] {
            if (!ended_) stop_.emit(asio::cancellation_type::terminal);
        });
    } else if (what_ == mishap::destroy) {
        destroyed_ = true;
        context_->stop();
    } else {
        return true;
    }
    return false;
}

/// Does what is ready; when nothing is, lets time pass. False: nothing is left that could ever happen.
bool step_world::turn() {
    context_->restart();
    if (context_->poll() != 0) return true;
    bool const due = time_->armed <= time_->now();
    if (!due && kind_ == kind::files && context_->run_one_for(std::chrono::seconds(5)) != 0) return true;
    async::time_point const when = std::exchange(time_->armed, async::never);
    if (when == async::never) return false;
    time_->advance(std::max(when - time_->now(), std::chrono::nanoseconds(0)));
    return true;
}

step_world::ending step_world::run(std::function<awaitable<void>()> body) {
    ended_ = false;
    why_.reset();
    foreign_.clear();
    std::exception_ptr failure;
    asio::co_spawn(*context_, body, asio::bind_cancellation_slot(stop_.slot(), [&](std::exception_ptr e) {
        failure = e;
        ended_ = true;
    }));
    while (!ended_ && !destroyed_ && turn()) {
    }
    if (destroyed_) {
        store_.reset();
        context_.reset();
        return ending::destroyed;
    }
    if (!ended_) return ending::stuck;
    while (context_->restart(), context_->poll() != 0) {
    }
    if (!failure) return ending::finished;
    try {
        std::rethrow_exception(failure);
    } catch (error const& e) {
        why_ = e;
    } catch (std::exception const& e) {
        foreign_ = e.what();
    }
    return ending::failed;
}

std::chrono::nanoseconds step_world::elapsed() const noexcept { return time_->now().time_since_epoch(); }
http::pool_core::counts step_world::pool() const { return http::pool::of(context_->get_executor()).count(); }
bool step_world::settled() const noexcept { return context_->stopped() && time_->armed == async::never; }
int step_world::streams_alive() noexcept { return alive; }

}  // namespace sluice::test
