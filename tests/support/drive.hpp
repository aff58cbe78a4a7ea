#pragma once

#include "async/clock.hpp"
#include "support/manual_time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace sluice::test {

using namespace std::chrono_literals;

/// A context whose time is manual, for tests that look at every step.
struct world {
    boost::asio::io_context context{1};
    async::clock& clock = async::clock::of(context.get_executor());
    manual_time* time = nullptr;

    world() {
        auto source = std::make_unique<manual_time>(clock);
        time = source.get();
        clock.use(std::move(source));
    }

    /// Runs what is ready; true when nothing is left that could ever run.
    bool settle() {
        context.restart();
        while (context.poll() != 0) {
        }
        return context.stopped();
    }

    /// Runs one handler that is ready or, when there is none, lets time jump to the next alarm. False: neither is left.
    bool step() {
        context.restart();
        return context.poll_one() != 0 || time->jump();
    }

    /// Steps until nothing happens any more.
    void finish() {
        while (step()) {
        }
    }
};

/// A coroutine started on a context, with a signal to cancel it and what became of it: "running", "ok" or the exception's text.
class started {
public:
    template <class Executor>
    started(Executor const& executor, std::function<awaitable<void>()> f) : body_(std::move(f)) {
        boost::asio::co_spawn(executor, body_,
                              boost::asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr e) { result_ = text(e); }));
    }
    started(started const&) = delete;
    started& operator=(started const&) = delete;

    void cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }
    std::string const& result() const { return result_; }
    bool cancelled() const { return result_ == "aborted"; }

    static std::string text(std::exception_ptr const& e) {
        if (!e) return "ok";
        try {
            std::rethrow_exception(e);
        } catch (boost::system::system_error const& x) {
            return x.code() == boost::asio::error::operation_aborted ? "aborted" : x.what();
        } catch (std::exception const& x) {
            return x.what();
        }
    }

private:
    std::function<awaitable<void>()> body_;
    boost::asio::cancellation_signal signal_;
    std::string result_ = "running";
};

/// Counts what is alive, to see that frames were destroyed.
struct tracker {
    static inline std::atomic<int> live = 0;
    tracker() noexcept { ++live; }
    ~tracker() { --live; }
    tracker(tracker const&) = delete;
    tracker& operator=(tracker const&) = delete;
};

inline awaitable<void> nap(std::chrono::nanoseconds span) {
    tracker const t;
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    co_await clock.sleep_until(clock.now() + span);
}

}  // namespace sluice::test
