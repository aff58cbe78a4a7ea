#include "async/blocking.hpp"

#include "async/clock.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::async {

namespace {

using completion = asio::async_result<asio::use_awaitable_t<>, void(boost::system::error_code)>::handler_type;

constexpr std::size_t pool_size = 4;

void call(std::function<void()> const& work) noexcept { work(); }  // one that throws ends the program: nobody could be told

}  // namespace

/// One call and the coroutine that waits for it. Like every wait it is ended once, by a post; the state owns it until then.
struct blocking::job {
    job(std::function<void()> w, completion c) : work(std::move(w)), waiting(std::move(c)) {}

    std::function<void()> work;
    std::optional<completion> waiting;
    bool started = false;
    std::list<std::shared_ptr<job>>::iterator place;
};

struct blocking::state {
    std::mutex mutex;  // guards all, and the jobs
    bool closed = false;
    std::list<std::shared_ptr<job>> jobs;
    std::optional<asio::thread_pool> pool;
    std::function<void(std::function<void()>)> runner;  // instead of the pool

    // The lock is held.
    void hand_over(std::function<void()> work) {
        if (runner) return runner(std::move(work));
        asio::post(pool ? *pool : pool.emplace(pool_size), std::move(work));
    }

    // The lock is held: the context cannot go between the look at `closed` and the post.
    void end(job& j, boost::system::error_code error) {
        auto const executor = asio::get_associated_executor(*j.waiting);
        asio::post(executor, [h = std::move(*j.waiting), error]() mutable { std::move(h)(error); });
        j.waiting.reset();
        jobs.erase(j.place);
    }

    void run(std::shared_ptr<job> const& j) {
        {
            std::lock_guard const lock(mutex);
            if (closed || !j->waiting) return;
            j->started = true;
        }
        call(j->work);
        j->work = nullptr;  // what it owns is gone before its coroutine goes on
        std::lock_guard const lock(mutex);
        if (!closed) end(*j, {});
    }

    void cancel(std::shared_ptr<job> const& j) {
        std::lock_guard const lock(mutex);
        if (!closed && j->waiting && !j->started) end(*j, asio::error::operation_aborted);
    }

    // The cancellation slot holds the job itself and is emptied on the coroutine's own executor, so a late cancel finds it ended.
    void begin(std::function<void()> work, completion waiting) {
        asio::cancellation_slot slot = asio::get_associated_cancellation_slot(waiting);
        auto const j = std::make_shared<job>(std::move(work), std::move(waiting));
        if (slot.is_connected()) slot.assign([this, j](asio::cancellation_type) { cancel(j); });
        std::lock_guard const lock(mutex);
        if (closed) return;
        j->place = jobs.insert(jobs.end(), j);
        hand_over([this, j] { run(j); });
    }
};

asio::execution_context::id blocking::id;

blocking& blocking::of(asio::any_io_executor const& executor) {
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    if (!asio::has_service<blocking>(context)) {
        // A dying context shuts its services down newest first. Those that own coroutine frames must be older than this one, so that
        // running work is joined before the memory it touches goes: Asio's strands and our clock.
        asio::make_strand(executor);
        clock::of(executor);
    }
    return asio::use_service<blocking>(context);
}

blocking::blocking(asio::execution_context& context) : service(context), state_(std::make_unique<state>()) {}

blocking::~blocking() = default;

awaitable<void> blocking::run(std::function<void()> work) {
    auto const initiation = [s = state_.get(), w = &work](auto handler) { s->begin(std::move(*w), std::move(handler)); };
    co_await asio::async_initiate<asio::use_awaitable_t<> const&, void(boost::system::error_code)>(initiation, asio::use_awaitable);
}

void blocking::launch(std::function<void()> work) {
    std::lock_guard const lock(state_->mutex);
    if (state_->closed) return;
    state_->hand_over([w = std::move(work)] { call(w); });
}

void blocking::use(std::function<void(std::function<void()>)> runner) { state_->runner = std::move(runner); }

void blocking::shutdown() {
    {
        std::lock_guard const lock(state_->mutex);
        state_->closed = true;
    }
    if (state_->pool) {
        state_->pool->stop();  // what has not begun is dropped
        state_->pool->join();
    }
    std::list<std::shared_ptr<job>> dying;
    dying.swap(state_->jobs);
    for (std::shared_ptr<job> const& j : dying) j->waiting.reset();
    state_->pool.reset();
}

}  // namespace sluice::inline v0::async
