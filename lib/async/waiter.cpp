#include "async/waiter.hpp"

#include "async/clock_state.hpp"
#include "async/event_state.hpp"

#include <utility>

namespace sluice::inline v0::async {

waiter::waiter(clock& owner, std::shared_ptr<event::state> waited_for, bool* arrived, std::shared_ptr<descendants> children) noexcept
    : alarm(owner),
      clock_(owner.state_),
      event_(std::move(waited_for)),
      arrived_(arrived),
      children_(std::move(children)) {}

void waiter::begin(std::shared_ptr<waiter> self, time_point deadline, std::unique_lock<std::mutex>* user) {
    std::unique_lock<std::mutex> event_lock;
    if (self->event_) event_lock = std::unique_lock(self->event_->mutex);
    // Until both locks are gone nobody can resume the coroutine, so `user`, which lives in its frame, is safe to touch.
    std::unique_lock clock_lock(self->clock_->mutex);
    clock::state& c = *self->clock_;
    if (!c.closed) {
        c.heap.reserve_one();
        self->self_ = self;
        c.waiters.push_back(*self);
        if (self->event_) self->event_->waiting.push_back(*self);
        if (deadline != never) c.enter(*self, deadline);
        if (user != nullptr) user->unlock();
        return;
    }
    if (user != nullptr) user->unlock();
    clock_lock.unlock();
    if (event_lock) event_lock.unlock();
    drop(std::move(self));
}

// Takes it off everything it is on; both locks are held.
void waiter::leave() noexcept {
    clock_->remove(*this);
    clock_->waiters.erase(clock_->waiters.iterator_to(*this));
    if (event_) event_->waiting.erase(event_->waiting.iterator_to(*this));
    self_.reset();  // every caller has another
}

void waiter::settle(std::shared_ptr<waiter> self, outcome how) noexcept {
    std::unique_lock<std::mutex> event_lock;
    if (self->event_) event_lock = std::unique_lock(self->event_->mutex);
    std::lock_guard const clock_lock(self->clock_->mutex);
    if (!self->self_) return;
    self->complete(how);  // under the clock's lock: its context cannot go away meanwhile
    self->leave();        // after it: the clock's look whether to disarm is to be posted behind the resumption
}

void waiter::notify() noexcept {
    std::shared_ptr<clock::state> const owner = clock_;  // lives longer than its lock below
    std::lock_guard const clock_lock(owner->mutex);
    if (arrived_ != nullptr) *arrived_ = true;
    std::shared_ptr<waiter> const self = shared_from_this();
    complete(outcome::notified);
    leave();
}

bool waiter::abandon(waiter& self) noexcept {
    std::unique_lock<std::mutex> event_lock;
    if (self.event_) event_lock = std::unique_lock(self.event_->mutex);
    std::lock_guard const clock_lock(self.clock_->mutex);
    if (!self.self_) return false;
    self.leave();
    return true;
}

void waiter::drop(std::shared_ptr<waiter> self) noexcept {
    if (std::shared_ptr<descendants> const children = std::move(self->children_))
        children->outlive(std::move(self));
    else
        self->destroy();
}

// An event's lock comes before the clock's, which is held here: the clock settles it when it has let go.
void waiter::ring() noexcept { clock_->expired(*this); }

}  // namespace sluice::inline v0::async
