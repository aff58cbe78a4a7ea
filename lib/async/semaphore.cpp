#include <sluice/async/semaphore.hpp>

#include "async/event.hpp"

#include <sluice/error.hpp>

#include <boost/intrusive/list.hpp>

#include <mutex>
#include <utility>

namespace sluice::inline v0::async {

namespace {

struct request : boost::intrusive::list_base_hook<> {
    explicit request(std::size_t n) noexcept : count(n) {}
    std::size_t const count;
    bool granted = false;
    event ready;
};

}  // namespace

/// Shared with permits and waiters: in a context that dies frames are destroyed in any order.
struct semaphore::state {
    explicit state(std::size_t permits) noexcept : total(permits), available(permits) {}

    std::size_t const total;
    std::mutex mutex;  // guards all below, and the requests
    std::size_t available;
    boost::intrusive::list<request> waiting;

    // Hands permits to those who came first, as far as they go; the lock is held.
    void hand_out() noexcept {
        while (!waiting.empty() && waiting.front().count <= available) {
            request& first = waiting.front();
            waiting.pop_front();
            available -= first.count;
            first.granted = true;
            first.ready.notify_one();
        }
    }

    void give(std::size_t count) noexcept {
        std::lock_guard const lock(mutex);
        available += count;
        hand_out();
    }
};

namespace {

/// A request while it may be waiting. However the waiter leaves, it leaves the queue and gives back what was handed to it meanwhile.
template <class State>
struct place_in_queue : request {
    place_in_queue(State& s, std::size_t n) noexcept : request(n), owner(s) {}
    place_in_queue(place_in_queue const&) = delete;
    place_in_queue& operator=(place_in_queue const&) = delete;

    ~place_in_queue() {
        std::lock_guard const lock(owner.mutex);
        if (is_linked()) owner.waiting.erase(owner.waiting.iterator_to(*this));
        if (granted) owner.available += count;
        owner.hand_out();  // one that wanted much may have been in the way
    }

    void take() noexcept {
        std::lock_guard const lock(owner.mutex);
        granted = false;
    }

    State& owner;
};

}  // namespace

semaphore::semaphore(std::size_t permits) : state_(std::make_shared<state>(permits)) {}

semaphore::~semaphore() = default;

awaitable<semaphore::permit> semaphore::acquire(std::size_t count) { return acquire_from(state_, count); }

awaitable<semaphore::permit> semaphore::acquire_from(std::shared_ptr<state> from, std::size_t count) {
    if (count > from->total) throw_error(failure(errc::invalid_argument, "more permits than there are in all"), "semaphore", {});
    place_in_queue<state> mine(*from, count);
    try {
        std::unique_lock lock(from->mutex);
        from->waiting.push_back(mine);
        from->hand_out();
        if (!mine.granted) co_await mine.ready.wait(lock);
    } catch (boost::system::system_error const&) {
        throw_error(failure(errc::cancelled, {}), "semaphore", {});
    }
    mine.take();
    co_return permit(std::move(from), count);
}

void semaphore::permit::release() noexcept {
    if (std::shared_ptr<state> const owner = std::exchange(owner_, nullptr)) owner->give(std::exchange(count_, 0));
}

}  // namespace sluice::inline v0::async
