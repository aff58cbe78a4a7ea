#pragma once

#include "uring/blocking_provider.hpp"
#include "uring/operation.hpp"
#include "uring/ring.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <memory>
#include <mutex>

namespace sluice::inline v0::uring {

/// Calls on an io_uring of this context, woken by its eventfd in the context's own reactor.
///
/// Calls are queued when they begin. A *turn*, one posted handler for all that came since the last, hands them to the kernel in one
/// system call, takes what has completed and resumes or posts it. Only a turn touches the ring, and only one runs at a time; so the
/// mutex is never held through a system call. The eventfd is waited for only while the kernel owes something and no turn runs.
class ring_provider final : public files_provider {
public:
    /// Null, with the reason in `why`, when the kernel gives no ring. `executor`: the context's own, without strands.
    static std::unique_ptr<ring_provider> make(boost::asio::any_io_executor const& executor, async::blocking& pool, std::string& why);
    ~ring_provider() override;

    awaitable<std::int32_t> perform(request what) override;
    // On the pool: what the ring cannot do at once it gives to a thread of the kernel, each call by itself.
    awaitable<void> perform_all(std::span<request const> calls, std::span<std::int32_t> answers) override {
        return plain_.perform_all(calls, answers);
    }
    bool status_now(int fd, struct ::statx& into) noexcept override { return plain_.status_now(fd, into); }
    void close_now(int fd) noexcept override { plain_.close_now(fd); }
    void remove_now(int directory, char const* name) noexcept override { plain_.remove_now(directory, name); }
    int duplicate(int fd) noexcept override { return plain_.duplicate(fd); }
    std::string description() const override;
    void drain() noexcept override;
    void drop() noexcept override;

private:
    enum class state : std::uint8_t { idle, scheduled, running };
    class end_of_turn;

    ring_provider(boost::asio::any_io_executor const& executor, async::blocking& pool);
    std::unique_lock<std::mutex> lock();

    // Any time, by the coroutines:
    void begin(request const& what, operation::completion waiting);
    void cancel(operation& o);
    void schedule();
    void finish(operation& o);
    void post_finish(operation& o);

    // In a turn:
    void start_turn();
    void turn();
    void submit();
    bool enter(operation& o);
    bool enter_cancel(operation& o);
    void refuse(int error);
    bool reap();
    void completed(std::uint64_t user_data, std::int32_t answer);
    void settle(operation& o);
    void deliver();
    void arm();
    void on_event();
    unsigned owed_by_kernel() const noexcept { return expected_ - ring_.unsubmitted(); }

    boost::asio::any_io_executor executor_;
    bool shared_;  // several threads run the context
    blocking_provider plain_;
    ring ring_;
    boost::asio::posix::stream_descriptor event_;
    std::uint64_t event_count_ = 0;

    std::mutex mutex_;  // when shared_, guards what follows
    state state_ = state::idle;
    bool armed_ = false, closed_ = false, undrained_ = false;
    unsigned expected_ = 0;  // completions to come for entries filled
    std::deque<operation> operations_;
    operation::list idle_, queued_, finished_;  // the others are in the kernel or posted
    operation::cancel_list cancels_;
};

}  // namespace sluice::inline v0::uring
