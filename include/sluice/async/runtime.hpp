#pragma once

#include <sluice/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class execution_context;
}

namespace sluice::inline v0::async {

/// Promises that `context` is run by one thread at a time, for ever: task groups then need no strands.
SLUICE_API void assume_single_threaded(boost::asio::execution_context& context);

/// The fast shape: n threads, each with an io_context of its own, where nothing is contended. The only place that makes threads
/// because you asked for them.
///
/// `run` and `run_on_all` block, so they are not for coroutines of the runtime itself.
///
/// Lifetime: the destructor cancels nothing; it waits until what was started has ended, then joins its threads.
class SLUICE_API runtime {
public:
    explicit runtime(std::size_t threads = 1);  // zero counts as one
    ~runtime();
    runtime(runtime const&) = delete;
    runtime& operator=(runtime const&) = delete;

    std::size_t size() const noexcept;
    boost::asio::any_io_executor executor(std::size_t index = 0) const;
    /// All of them, in order: what `range_engine_options::contexts` takes.
    std::vector<boost::asio::any_io_executor> executors() const;

    /// Runs `main` on thread 0 and blocks the calling thread until it has ended; rethrows its exception.
    void run(std::function<awaitable<void>()> main);

    /// Runs `work(i)` on every thread i at once and blocks until all have ended; rethrows the first exception, after cancelling
    /// and joining the others.
    void run_on_all(std::function<awaitable<void>(std::size_t)> work);

    /// Asks what `run` and `run_on_all` are running to stop. From any thread, but not from a signal handler.
    void cancel();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
