#pragma once

#include <sluice/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace sluice::inline v0::async {

/// Counts permits; waiters are served first come, first served, a large request blocks smaller ones behind it.
///
/// Threads: any. Lifetime: every waiter has left before it is destroyed. It holds no executor: each waiter resumes on its own.
class SLUICE_API semaphore {
public:
    explicit semaphore(std::size_t permits);
    ~semaphore();
    semaphore(semaphore const&) = delete;
    semaphore& operator=(semaphore const&) = delete;

    /// Permits held; given back on destruction.
    class [[nodiscard]] permit {
    public:
        permit() noexcept {}
        permit(permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), count_(std::exchange(other.count_, 0)) {}
        permit& operator=(permit&& other) noexcept {
            permit(std::move(other)).swap(*this);
            return *this;
        }
        ~permit() { release(); }
        void release() noexcept {
            if (owner_ != nullptr) std::exchange(owner_, nullptr)->give(std::exchange(count_, 0));
        }

    private:
        friend class semaphore;
        permit(semaphore* owner, std::size_t count) noexcept : owner_(owner), count_(count) {}
        void swap(permit& other) noexcept {
            std::swap(owner_, other.owner_);
            std::swap(count_, other.count_);
        }
        semaphore* owner_ = nullptr;
        std::size_t count_ = 0;
    };

    /// Waits for `count` permits (at most as many as there are in all, else `invalid_argument`). Cancel: holds nothing.
    awaitable<permit> acquire(std::size_t count = 1);

private:
    void give(std::size_t count) noexcept;
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
