#include "uring/ring_provider.hpp"

#include "async/executor.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <unistd.h>

#include <cassert>
#include <utility>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::inline v0::uring {

ring_provider::ring_provider(asio::any_io_executor const& executor, async::blocking& pool)
    : executor_(executor),
      shared_(!async::single_threaded(executor)),
      plain_(pool, std::string()),
      event_(executor) {}

ring_provider::~ring_provider() = default;

std::unique_ptr<ring_provider> ring_provider::make(asio::any_io_executor const& executor, async::blocking& pool, std::string& why) {
    std::unique_ptr<ring_provider> made(new ring_provider(executor, pool));
    int error = made->ring_.open(async::kept_to_this_thread(executor));
    why = made->ring_.failed_call();
    if (error == 0) {
        int const event = made->ring_.take_event();
        error_code failed;
        made->event_.assign(event, failed);
        if (!failed) return made;
        ::close(event);
        error = failed.value();
        why = "the reactor";
    }
    why += " says: " + boost::system::system_category().message(error);
    return nullptr;
}

std::string ring_provider::description() const {
    std::string text = "io_uring, " + std::to_string(ring_.entries()) + " entries";
    if (ring_.own_thread()) text += ", deferred task work";
    return text;
}

std::unique_lock<std::mutex> ring_provider::lock() {
    return shared_ ? std::unique_lock(mutex_) : std::unique_lock(mutex_, std::defer_lock);
}

awaitable<std::int32_t> ring_provider::perform(request what) {
    if (!ring_.supports(what.what)) return plain_.perform(what);
    auto const initiation = [this, what](auto handler) { begin(what, std::move(handler)); };
    return asio::async_initiate<asio::use_awaitable_t<> const&, void(error_code, std::int32_t)>(initiation, asio::use_awaitable);
}

// The cancellation slot is emptied when the coroutine resumes, on its own executor, where `finish` gives the operation back: an
// operation a slot points at is never somebody else's.
void ring_provider::begin(request const& what, operation::completion waiting) {
    asio::cancellation_slot slot = asio::get_associated_cancellation_slot(waiting);
    asio::any_io_executor executor = asio::get_associated_executor(waiting);
    assert(&asio::query(executor, asio::execution::context) == &asio::query(executor_, asio::execution::context));
    bool const here = !shared_ && executor == executor_;
    if (here) executor = asio::any_io_executor();

    auto held = lock();
    if (closed_) return;
    if (idle_.empty()) idle_.push_back(operations_.emplace_back());
    operation& o = idle_.front();
    idle_.pop_front();
    o.begin(what, std::move(waiting), std::move(executor), here);
    if (slot.is_connected()) {
        slot.assign([this, &o](asio::cancellation_type type) {
            if (type != asio::cancellation_type::none) cancel(o);
        });
    }
    queued_.push_back(o);  // from here on it may complete
    schedule();
}

void ring_provider::cancel(operation& o) {
    auto const held = lock();
    if (closed_ || o.cancel_wanted) return;
    o.cancel_wanted = true;
    if (o.now == operation::phase::queued) {
        queued_.erase(queued_.iterator_to(o));
        o.now = operation::phase::finished;
        o.aborted = true;
        post_finish(o);
    } else if (o.now == operation::phase::flying) {
        o.cancel_queued = true;
        cancels_.push_back(o);
        schedule();
    }
}

// One turn for all that begins until it runs. A turn that runs looks again before it ends.
void ring_provider::schedule() {
    if (state_ != state::idle) return;
    state_ = state::scheduled;
    auto run = [this] { start_turn(); };
    if (auto const* const io = executor_.target<asio::io_context::executor_type>()) {
        asio::post(*io, run);  // the concrete type costs less
    } else {
        asio::post(executor_, run);
    }
}

// On the operation's executor.
void ring_provider::finish(operation& o) {
    auto held = lock();
    operation::completion resume = std::move(*o.waiting);
    o.waiting.reset();
    std::int32_t const answer = o.answer;
    error_code const error = o.aborted ? error_code(asio::error::operation_aborted) : error_code();
    o.now = operation::phase::idle;
    idle_.push_front(o);
    if (held) held.unlock();
    std::move(resume)(error, answer);
}

// The lock is held: the context cannot go between the look at `closed_` and the post.
void ring_provider::post_finish(operation& o) {
    asio::any_io_executor const& executor = o.resume_here ? executor_ : o.executor;
    asio::post(executor, [this, &o] { finish(o); });
}

}  // namespace sluice::inline v0::uring
