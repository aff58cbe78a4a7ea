#include "uring/blocking_provider.hpp"

#include "async/blocking.hpp"
#include "uring/system_call.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sluice::inline v0::uring {

namespace {

// A cancel waits for no more than these. On a cold disk each may take its time.
constexpr std::size_t most_in_one_go = 128;

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

awaitable<void> blocking_provider::perform_all(std::span<request const> calls, std::span<std::int32_t> answers) {
    while (!calls.empty()) {
        std::span<request const> const now = calls.first(std::min(calls.size(), most_in_one_go));
        std::function<void()> work = [now, answers] { std::ranges::transform(now, answers.begin(), system_call); };
        co_await pool_.run(std::move(work));
        calls = calls.subspan(now.size());
        answers = answers.subspan(now.size());
    }
}

void blocking_provider::close_now(int fd) noexcept { ::close(fd); }

void blocking_provider::remove_now(int directory, char const* name) noexcept { ::unlinkat(directory, name, 0); }

int blocking_provider::duplicate(int fd) noexcept {
    int const second = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return second < 0 ? -errno : second;
}

}  // namespace sluice::inline v0::uring
