#include "uring/next_step.hpp"
#include "uring/prepare.hpp"
#include "uring/ring_provider.hpp"

#include <boost/asio/buffer.hpp>

#include <atomic>
#include <cerrno>
#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::uring {

namespace {

// What completes at once (the page cache) is resumed and followed by more in the same turn so often; then others get their turn.
constexpr int rounds = 8;

// So many are resumed before what they ask for is handed over: a device that waits until all are resumed does a tenth less in its time.
constexpr unsigned resumed_together = 2;

constexpr std::uint64_t cancel_mark = 1;  // in the user data of a cancel: operations lie at even addresses

std::uint64_t key_of(operation const& o) noexcept { return reinterpret_cast<std::uint64_t>(&o); }

}  // namespace

/// What every turn ends with, also one a completion's exception leaves.
class ring_provider::end_of_turn {
public:
    explicit end_of_turn(ring_provider& p) noexcept : p_(p) {}
    ~end_of_turn() {
        auto const held = p_.lock();
        if (p_.closed_) return;
        bool more = !p_.queued_.empty() || !p_.cancels_.empty() || !p_.finished_.empty();
        bool const stuck = p_.ring_.unsubmitted() != 0;  // the kernel takes more when something has completed
        if (stuck) more = !p_.finished_.empty();
        if (!more && p_.owed_by_kernel() != 0) {
            p_.arm();
            p_.ring_.ring_events(true);
            std::atomic_thread_fence(std::memory_order_seq_cst);
            more = p_.ring_.ready();
        } else if (!more && p_.armed_) {
            p_.event_.cancel();  // nothing is to come: the context may run out of work
        }
        p_.state_ = state::idle;
        if (more) p_.schedule();
    }
    end_of_turn(end_of_turn const&) = delete;
    end_of_turn& operator=(end_of_turn const&) = delete;

private:
    ring_provider& p_;
};

void ring_provider::start_turn() {
    {
        auto const held = lock();
        if (closed_) return;
        state_ = state::running;
    }
    turn();
}

void ring_provider::turn() {
    end_of_turn const end(*this);
    ring_.ring_events(false);
    for (int round = 0; round < rounds; ++round) {
        submit();
        if (!reap()) return;
        deliver();
    }
}

void ring_provider::arm() {
    if (std::exchange(armed_, true)) return;
    event_.async_read_some(asio::buffer(&event_count_, sizeof event_count_),
                           [this](boost::system::error_code, std::size_t) { on_event(); });
}

// It says no more than that a look may be worth it.
void ring_provider::on_event() {
    {
        auto const held = lock();
        armed_ = false;
        if (closed_ || state_ != state::idle || (expected_ == 0 && queued_.empty())) return;
        state_ = state::running;
    }
    turn();
}

void ring_provider::submit() {
    auto held = lock();
    while (!cancels_.empty() && enter_cancel(cancels_.front())) {
    }
    while (!queued_.empty() && enter(queued_.front())) {
    }
    if (held) held.unlock();
    int const error = ring_.submit();
    if (error != 0) refuse(error);
}

bool ring_provider::enter(operation& o) {
    io_uring_sqe* const sqe = ring_.next();
    if (sqe == nullptr) return false;
    prepare(*sqe, o.what, o.how);
    io_uring_sqe_set_data64(sqe, key_of(o));
    queued_.erase(queued_.iterator_to(o));
    o.now = operation::phase::flying;
    ++o.owed;
    ++expected_;
    return true;
}

bool ring_provider::enter_cancel(operation& o) {
    io_uring_sqe* const sqe = ring_.next();
    if (sqe == nullptr) return false;
    io_uring_prep_cancel64(sqe, key_of(o), 0);
    io_uring_sqe_set_data64(sqe, key_of(o) | cancel_mark);
    cancels_.erase(cancels_.iterator_to(o));
    o.cancel_queued = false;
    ++o.owed;
    ++expected_;
    return true;
}

// Busy or out of memory, the kernel takes more when it has completed something. When it owes nothing, that will not come.
void ring_provider::refuse(int error) {
    auto const held = lock();
    if (owed_by_kernel() != 0) return;
    ring_.withdraw([&](std::uint64_t user_data) {
        completed(user_data, (user_data & cancel_mark) != 0 ? 0 : error == EAGAIN ? -EBUSY : -error);
    });
}

bool ring_provider::reap() {
    auto const held = lock();
    ring_.reap([this](std::uint64_t user_data, std::int32_t answer) { completed(user_data, answer); });
    return !finished_.empty() || !queued_.empty();
}

void ring_provider::completed(std::uint64_t user_data, std::int32_t answer) {
    --expected_;
    if (user_data == cancel_mark) return;  // of the cancel of all
    operation& o = *reinterpret_cast<operation*>(user_data & ~cancel_mark);
    --o.owed;
    if ((user_data & cancel_mark) == 0) {
        o.answer = answer;
        o.answered = true;
    }
    if (!o.answered || o.owed != 0) return;
    if (std::exchange(o.cancel_queued, false)) cancels_.erase(cancels_.iterator_to(o));
    settle(o);
}

void ring_provider::settle(operation& o) {
    step const next = closed_ ? step::deliver : next_step(o.what.what, o.answer, o.cancel_wanted, o.tries);
    if (next == step::again) {
        ++o.tries;
        o.answered = false;
        o.now = operation::phase::queued;
        queued_.push_back(o);
        return;
    }
    o.aborted = next == step::aborted;
    o.now = operation::phase::finished;
    finished_.push_back(o);
}

void ring_provider::deliver() {
    auto held = lock();
    for (unsigned resumed = 0; !finished_.empty();) {
        operation& o = finished_.front();
        finished_.pop_front();
        if (o.resume_here) {
            finish(o);  // not shared: no lock is held
            if (++resumed % resumed_together == 0 && !queued_.empty()) submit();
        } else {
            post_finish(o);
        }
    }
}

}  // namespace sluice::inline v0::uring
