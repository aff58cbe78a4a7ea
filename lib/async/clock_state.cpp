#include "async/clock_state.hpp"

#include "async/executor.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::async {

namespace {

constexpr time_point ringing = time_point::min();  // in placed_: whoever sets a time now leaves it to the thread that rings

}  // namespace

void clock::state::adopt(boost::asio::any_io_executor const& user) {
    if (has_executor.load(std::memory_order_acquire)) return;
    std::lock_guard const lock(mutex);
    if (has_executor || closed) return;
    executor = base_executor(user);
    has_executor = true;
}

void clock::state::tick() {
    std::vector<std::shared_ptr<waiter>> late;
    {
        std::lock_guard const lock(mutex);
        if (closed) return;
        time_point const now = source->now();
        while (!heap.empty() && heap.top().key <= now) look_at(*heap.top().item, now);
        if (armed_ <= now) armed_ = never;
        arm_for_top();
        late.swap(late_);
    }
    for (std::shared_ptr<waiter> const& w : late) waiter::settle(w, outcome::deadline);
}

void clock::state::shutdown() {
    std::vector<std::shared_ptr<waiter>> dying;
    {
        std::lock_guard const lock(mutex);
        closed = true;
        for (waiter& w : waiters) dying.push_back(w.shared_from_this());
        source->disarm();
        executor = {};
    }
    // All leave their events before the first frame goes: frames own events.
    std::erase_if(dying, [](std::shared_ptr<waiter> const& w) { return !waiter::abandon(*w); });
    for (std::shared_ptr<waiter>& w : dying) waiter::drop(std::move(w));
}

void clock::state::follow(alarm& item) {
    time_point const when = item.when_;
    if (closed) return;
    if (when < item.placed_.load()) {
        place(item, when);
    } else if (when == never && timer_heap::holds(item)) {
        remove(item);
        time_point const again = item.when_;  // a `set` that saw the old place and relied on it
        if (again != never) place(item, again);
    }
}

void clock::state::enter(alarm& item, time_point when) {
    item.when_.store(when, std::memory_order_relaxed);
    place(item, when);
}

void clock::state::remove(alarm& item) noexcept {
    if (!timer_heap::holds(item)) return;
    heap.remove(item);
    item.placed_ = never;
    if (heap.empty()) calm_down();
}

// `set` stores the time and then reads the place; here the place is stored and then the time read: one of the two sees the other.
void clock::state::look_at(alarm& item, time_point now) {
    heap.remove(item);
    item.placed_ = ringing;
    for (bool rung = false;;) {
        time_point when = item.when_;
        if (when > now || rung) {
            if (leave_at(item, when, now)) return;
        } else if (item.when_.compare_exchange_strong(when, never)) {
            item.ring();
            rung = true;
        }
    }
}

bool clock::state::leave_at(alarm& item, time_point when, time_point now) {
    if (when == never) {
        item.placed_ = never;
    } else {
        time_point const key = std::max(when, now + nanoseconds(1));  // never twice in one tick
        heap.place(item, key);
        item.placed_ = key;
    }
    if (item.when_.load() >= when) return true;
    if (timer_heap::holds(item)) heap.remove(item);
    item.placed_ = ringing;
    return false;
}

void clock::state::place(alarm& item, time_point key) {
    heap.place(item, key);
    item.placed_ = key;
    arm_for_top();
}

// A top that has moved later is left alone until the source answers: re-arming costs more than one idle look.
std::size_t clock::state::set_besides(alarm const& one) {
    std::lock_guard const lock(one.owner_->mutex);
    bool const itself = timer_heap::holds(one) && one.when_.load() != never;
    return one.owner_->heap.set() - (itself ? 1 : 0);
}

void clock::state::arm_for_top() {
    if (heap.empty()) {
        calm_down();
    } else if (heap.top().key < armed_) {
        armed_ = heap.top().key;
        source->arm(armed_);
    }
}

// Disarms when nothing waits, but not at once: what has just ended often waits again at once, and its resumption is posted before this.
void clock::state::calm_down() {
    if (armed_ == never || calming_ || closed) return;
    calming_ = true;
    boost::asio::post(executor, [weak = weak_from_this()] {
        std::shared_ptr<state> const self = weak.lock();
        if (!self) return;
        std::lock_guard const lock(self->mutex);
        self->calming_ = false;
        if (!self->heap.empty() || self->armed_ == never || self->closed) return;
        self->armed_ = never;
        self->source->disarm();
    });
}

}  // namespace sluice::inline v0::async
