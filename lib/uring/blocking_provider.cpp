#include "uring/blocking_provider.hpp"

#include "async/blocking.hpp"
#include "uring/system_call.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sluice::inline v0::uring {

namespace {

/// A call on its way through the pool. What it opened is closed when its coroutine never learns of it.
struct call {
    explicit call(request const& r) noexcept : what(r) {}
    ~call() {
        if (what.what == opcode::open && answer >= 0) ::close(answer);
    }
    call(call const&) = delete;
    call& operator=(call const&) = delete;

    request what;
    std::int32_t answer = -ECANCELED;
};

}  // namespace

awaitable<std::int32_t> blocking_provider::perform(request what) {
    call now(what);
    std::function<void()> work = [&now] { now.answer = system_call(now.what); };
    co_await pool_.run(std::move(work));
    co_return std::exchange(now.answer, -ECANCELED);
}

void blocking_provider::close_now(int fd) noexcept { ::close(fd); }

int blocking_provider::duplicate(int fd) noexcept {
    int const second = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return second < 0 ? -errno : second;
}

}  // namespace sluice::inline v0::uring
