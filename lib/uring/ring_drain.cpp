#include "uring/ring_provider.hpp"

#include <unistd.h>

#include <cerrno>

namespace sluice::inline v0::uring {

// The kernel may still write into coroutine frames: every answer it owes is waited for before one of them goes.
void ring_provider::drain() noexcept {
    auto const held = lock();
    closed_ = true;
    ring_.ring_events(false);
    ring_.withdraw([this](std::uint64_t user_data) { completed(user_data, -ECANCELED); });
    while (expected_ != 0) {
        // Asked again after each while: a call may have been on its way from one queue to another.
        if (io_uring_sqe* const sqe = ring_.next()) {
            io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY);
            io_uring_sqe_set_data64(sqe, 1);
            ++expected_;
        }
        int error = ring_.submit();
        if (error == 0 || error == EBUSY || error == EAGAIN) error = ring_.wait();
        ring_.reap([this](std::uint64_t user_data, std::int32_t answer) { completed(user_data, answer); });
        if (error != 0 && error != ETIME && error != EAGAIN && error != EBUSY) break;
    }
    undrained_ = expected_ != 0;
    boost::system::error_code ignored;
    event_.close(ignored);
    for (operation& o : operations_) {
        bool const opened = o.now == operation::phase::finished && o.what.what == opcode::open && !o.aborted && o.answer >= 0;
        if (opened) plain_.close_now(o.answer);  // its coroutine never learns of it
    }
}

void ring_provider::drop() noexcept {
    for (operation& o : operations_) {
        bool const in_use = undrained_ && o.now == operation::phase::flying;
        if (in_use) new std::optional<operation::completion>(std::move(o.waiting));  // rather lost than overwritten after its end
        o.waiting.reset();
    }
}

}  // namespace sluice::inline v0::uring
