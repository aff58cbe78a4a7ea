#pragma once

#include <sluice/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace sluice::inline v0::async {

/// Counts permits; waiters are served first come, first served, a large request blocks smaller ones behind it.
///
/// Threads: any. Lifetime: every waiter has left before it is destroyed, but for those whose context is dying; a permit may outlive it.
/// It holds no executor: each waiter resumes on its own.
class SLUICE_API semaphore {
    struct state;

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
        SLUICE_API void release() noexcept;

    private:
        friend class semaphore;
        permit(std::shared_ptr<state> owner, std::size_t count) noexcept : owner_(std::move(owner)), count_(count) {}
        void swap(permit& other) noexcept {
            std::swap(owner_, other.owner_);
            std::swap(count_, other.count_);
        }
        std::shared_ptr<state> owner_;
        std::size_t count_ = 0;
    };

    /// Waits for `count` permits (at most as many as there are in all, else `invalid_argument`).
    /// Cancel: throws `errc::cancelled` and holds nothing; permits handed over before the cancel came are held, and the next await throws.
    awaitable<permit> acquire(std::size_t count = 1);

private:
    static awaitable<permit> acquire_from(std::shared_ptr<state> from, std::size_t count);
    std::shared_ptr<state> state_;
};

}  // namespace sluice::inline v0::async
