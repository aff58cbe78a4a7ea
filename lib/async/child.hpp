#pragma once

#include "async/descendants.hpp"

#include <sluice/async/task_group.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <exception>
#include <list>
#include <memory>

namespace sluice::inline v0::async {

class child;

/// Who started a child and joins it. Its children keep it alive, not the other way round.
class child_owner {
public:
    descendants alive;

    /// On the child's executor, once, when its coroutine and what its task owned are gone. Not at all when the context dies first.
    virtual void child_ended(child& which, std::exception_ptr error) noexcept = 0;

protected:
    ~child_owner() = default;
};

using child_list = std::list<std::shared_ptr<child>>;

/// One coroutine of its own on an executor that runs one thing at a time. All about it happens there: start, cancel and end, because
/// a cancellation signal bears one thread only, and only while the coroutine lives.
class child final : public std::enable_shared_from_this<child> {
public:
    child(boost::asio::any_io_executor executor, std::unique_ptr<detail::child_task> task) noexcept;

    /// Posts the start: nothing runs inside this call.
    void start(std::shared_ptr<child_owner> owner);

    /// Posts the cancel; a child that has not begun never does. From any thread.
    void cancel();

    /// When ended: whether its error says no more than that it was cancelled.
    bool aborted() const noexcept { return aborted_; }

    child_list::iterator place;  // for the owner

private:
    class life;
    void begin(life of);
    static awaitable<void> run(child* self);

    boost::asio::any_io_executor executor_;
    std::unique_ptr<detail::child_task> task_;
    std::atomic<bool> cancelled_ = false;

    // On the executor only:
    boost::asio::cancellation_signal signal_;
    std::exception_ptr error_;
    bool running_ = false;
    bool aborted_ = false;
};

/// Where a child of a coroutine on `executor` runs: a strand of its own, unless nothing runs side by side on `executor` anyway.
boost::asio::any_io_executor child_executor(boost::asio::any_io_executor const& executor);

}  // namespace sluice::inline v0::async
