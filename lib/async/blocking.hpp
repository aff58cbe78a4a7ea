#pragma once

#include <sluice/awaitable.hpp>

#include <boost/asio/execution_context.hpp>

#include <functional>
#include <memory>

namespace sluice::inline v0::async {

/// The seam for calls that block (getaddrinfo, file calls): one small, lazily started pool per execution context.
class SLUICE_API blocking : public boost::asio::execution_context::service {
public:
    using key_type = blocking;
    static boost::asio::execution_context::id id;
    static blocking& of(boost::asio::any_io_executor const& executor);

    explicit blocking(boost::asio::execution_context& context);
    ~blocking() override;

    /// Runs `work` on the pool, resumes on the awaiting coroutine's executor. `work` must not throw (the program would end); put its
    /// outcome in memory that lives until the await completes. Cancel: before `work` has begun it never runs and operation_aborted is
    /// thrown; while it runs (it touches the caller's memory) a cancel is not noticed: the await returns, the next one throws.
    awaitable<void> run(std::function<void()> work);

    /// Runs `work` on the pool with nobody waiting, for a service that owns the outcome (`dns_cache`). `work` owns what it touches;
    /// the pool is joined before the context's memory goes.
    void launch(std::function<void()> work);

    /// Hands what would go to the pool to `runner`, which calls it once, soon, and not from inside; for a simulated world, before the
    /// first use. What `runner` still has when the context goes must never be called.
    void use(std::function<void(std::function<void()>)> runner);

private:
    void shutdown() override;
    struct job;
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
