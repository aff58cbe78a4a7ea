#pragma once

#include "uring/request.hpp"

#include <liburing.h>

#include <bitset>
#include <utility>

namespace sluice::inline v0::uring {

/// One io_uring and the eventfd it rings. Nothing but the kernel's queues: who waits for what is `ring_provider`'s.
///
/// Threads: one at a time; one only when opened for its own thread.
class ring {
public:
    ring() noexcept {}
    ~ring();
    ring(ring const&) = delete;
    ring& operator=(ring const&) = delete;

    /// 0, or the errno of the call that failed (`failed_call`): then there is no ring. Proves that calls go through it.
    /// `own_thread`: this thread alone will use it and close it, which lets the kernel defer its work to our calls.
    int open(bool own_thread) noexcept;
    char const* failed_call() const noexcept { return failed_call_; }
    bool own_thread() const noexcept { return own_thread_; }
    unsigned entries() const noexcept { return ring_.sq.ring_entries; }
    bool supports(opcode what) const noexcept { return supported_[static_cast<std::size_t>(what)]; }
    /// The eventfd, which is the caller's from now on.
    int take_event() noexcept { return std::exchange(event_, -1); }

    /// Room for one more entry, to be filled whole; submits when there is none. Null: the kernel takes no more now.
    io_uring_sqe* next() noexcept;
    /// Hands over what was filled. 0, or an errno: what it did not take stays.
    int submit() noexcept;
    unsigned unsubmitted() const noexcept { return io_uring_sq_ready(&ring_); }
    /// Takes back what the kernel did not take; calls `each(user_data)`.
    template <class Each>
    void withdraw(Each each) noexcept;

    /// Calls `each(user_data, result)` for all that has completed; how many that were.
    template <class Each>
    unsigned reap(Each each) noexcept;
    /// Whether `reap` would find something.
    bool ready() const noexcept { return io_uring_cq_ready(&ring_) != 0 || has_work(); }
    /// Waits until something has completed, a while at most. 0, or an errno: ETIME.
    int wait() noexcept;

    /// The event stays silent or rings again; look at `ready` after letting it ring.
    void ring_events(bool on) noexcept { io_uring_cq_eventfd_toggle(&ring_, on); }

private:
    int set_up(bool own_thread) noexcept;
    int try_out() noexcept;
    void probe() noexcept;
    bool has_work() const noexcept;

    mutable io_uring ring_{};
    int event_ = -1;
    bool open_ = false, own_thread_ = false;
    std::bitset<32> supported_;
    char const* failed_call_ = "";
};

template <class Each>
void ring::withdraw(Each each) noexcept {
    unsigned const head = *ring_.sq.khead, tail = ring_.sq.sqe_tail;
    for (unsigned i = head; i != tail; ++i) each(ring_.sq.sqes[i & ring_.sq.ring_mask].user_data);
    ring_.sq.sqe_head = ring_.sq.sqe_tail = head;
    io_uring_smp_store_release(ring_.sq.ktail, head);
}

template <class Each>
unsigned ring::reap(Each each) noexcept {
    unsigned total = 0;
    for (bool asked = false;; asked = true) {
        unsigned head = 0, here = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&ring_, head, cqe) {
            each(cqe->user_data, cqe->res);
            ++here;
        }
        io_uring_cq_advance(&ring_, here);
        total += here;
        bool const asked_in_vain = asked && here == 0;
        if (asked_in_vain || !has_work() || io_uring_get_events(&ring_) < 0) return total;
    }
}

}  // namespace sluice::inline v0::uring
