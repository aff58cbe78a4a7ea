#pragma once

#include "async/clock.hpp"
#include "async/descendants.hpp"
#include "async/event.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::inline v0::async {

/// How a wait ended.
enum class outcome { notified, deadline, cancelled };

/// One suspended wait, for a time, an event or both. It is completed once, by whoever comes first (`settle`); its coroutine is resumed
/// by a post to its own executor. The clock of that executor's context owns it, so it dies with the context.
///
/// It keeps no work guard: a coroutine that waits was started by co_spawn, which keeps one until the coroutine has ended.
class waiter : public clock::alarm, public std::enable_shared_from_this<waiter> {
    using hook_mode = boost::intrusive::link_mode<boost::intrusive::safe_link>;

public:
    using owned_hook = boost::intrusive::list_member_hook<hook_mode>;

    waiter(clock& owner, std::shared_ptr<event::state> waited_for, bool* arrived, std::shared_ptr<descendants> children) noexcept;

    /// Starts waiting; `user` is unlocked when the waiter is in the queue. Nothing may be touched after: the coroutine may run already.
    static void begin(std::shared_ptr<waiter> self, time_point deadline, std::unique_lock<std::mutex>* user);

    /// Ends the wait unless it has ended. From any thread, without locks.
    static void settle(std::shared_ptr<waiter> self, outcome how) noexcept;

    /// Ends the wait by notification, under the event's lock.
    void notify() noexcept;

    /// Ends the wait because its context goes: true when the caller shall `drop` it, outside every lock.
    static bool abandon(waiter& self) noexcept;

    /// For one whose coroutine will never be resumed: destroys it, after the children it waits for. Without locks.
    static void drop(std::shared_ptr<waiter> self) noexcept;
    virtual void destroy() noexcept = 0;

private:
    friend struct clock::state;
    friend class event;

    void ring() noexcept override;
    void leave() noexcept;
    virtual void complete(outcome how) noexcept = 0;

    std::shared_ptr<clock::state> clock_;
    std::shared_ptr<event::state> event_;  // null: only for a time
    bool* arrived_;
    std::shared_ptr<descendants> children_;  // null: waits for none
    std::shared_ptr<waiter> self_;           // set while it waits
    owned_hook owned_;                       // guarded by the clock's lock
    owned_hook queued_;                      // guarded by the event's lock

public:
    using owned_list = boost::intrusive::list<waiter, boost::intrusive::member_hook<waiter, owned_hook, &waiter::owned_>,
                                              boost::intrusive::constant_time_size<false>>;
    using queue = boost::intrusive::list<waiter, boost::intrusive::member_hook<waiter, owned_hook, &waiter::queued_>,
                                         boost::intrusive::constant_time_size<false>>;
};

/// A waiter that resumes a coroutine with nothing or with a `wake`.
template <class... Result>
class waiter_for final : public waiter {
public:
    using handler =
        typename boost::asio::async_result<boost::asio::use_awaitable_t<>, void(boost::system::error_code, Result...)>::handler_type;

    waiter_for(clock& owner, std::shared_ptr<event::state> waited_for, bool* arrived, std::shared_ptr<descendants> children,
               handler h) noexcept
        : waiter(owner, std::move(waited_for), arrived, std::move(children)),
          handler_(std::move(h)) {}

    void destroy() noexcept override { handler_.reset(); }

private:
    /// What is posted. In a context that dies it is destroyed without having been called.
    class resumption {
    public:
        resumption(std::shared_ptr<waiter_for> of, outcome how) noexcept : of_(std::move(of)), how_(how) {}
        resumption(resumption&&) noexcept = default;
        ~resumption() {
            if (of_) drop(std::move(of_));
        }
        void operator()() {
            handler h = std::move(*std::exchange(of_, nullptr)->handler_);
            boost::system::error_code error;
            if (how_ == outcome::cancelled) error = boost::asio::error::operation_aborted;
            std::move(h)(error, Result(how_ == outcome::deadline ? wake::deadline : wake::notified)...);
        }

    private:
        std::shared_ptr<waiter_for> of_;
        outcome how_;
    };

    void complete(outcome how) noexcept override {
        auto const executor = boost::asio::get_associated_executor(*handler_);
        boost::asio::post(executor, resumption(std::static_pointer_cast<waiter_for>(shared_from_this()), how));
    }

    std::optional<handler> handler_;
};

/// The initiation of a wait. The cancellation slot holds the waiter itself and is emptied when the coroutine resumes, on its own
/// executor; a notification from another thread must not touch it, and a cancel that comes too late finds the wait settled.
template <class... Result, class Handler>
void begin_wait(Handler handler, std::shared_ptr<event::state> waited_for, time_point deadline, std::unique_lock<std::mutex>* user,
                bool* arrived, std::shared_ptr<descendants> const* children) {
    boost::asio::cancellation_slot slot = boost::asio::get_associated_cancellation_slot(handler);
    clock& owner = clock::of(boost::asio::get_associated_executor(handler));
    std::shared_ptr<descendants> const none;
    auto self = std::make_shared<waiter_for<Result...>>(owner, std::move(waited_for), arrived, children == nullptr ? none : *children,
                                                        std::move(handler));
    if (slot.is_connected()) {
        slot.assign([self](boost::asio::cancellation_type) { waiter::settle(self, outcome::cancelled); });
    }
    waiter::begin(std::move(self), deadline, user);
}

}  // namespace sluice::inline v0::async
