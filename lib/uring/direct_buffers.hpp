#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace sluice::inline v0::uring {

/// Memory for direct reads and writes, whole pages of it. From 1 MiB on it lies in huge pages, where the system gives any: moving a
/// MiB then costs the kernel a tenth of the CPU. It is kept for reuse, up to a limit.
///
/// Lifetime: outlives its pieces. Threads: any.
class direct_buffers {
public:
    /// At most `keep` bytes wait for reuse.
    explicit direct_buffers(std::size_t keep) noexcept : keep_(keep) {}
    ~direct_buffers();
    direct_buffers(direct_buffers const&) = delete;
    direct_buffers& operator=(direct_buffers const&) = delete;

    /// A part of the memory, given back when it goes.
    class piece {
    public:
        piece() noexcept {}
        piece(piece&& other) noexcept : owner_(other.owner_), memory_(std::exchange(other.memory_, {})), room_(other.room_) {}
        piece& operator=(piece&& other) noexcept;
        ~piece();
        std::span<std::byte> bytes() const noexcept { return memory_; }

    private:
        friend class direct_buffers;
        piece(direct_buffers& owner, std::byte* memory, std::size_t size, std::size_t room) noexcept
            : owner_(&owner),
              memory_(memory, size),
              room_(room) {}
        direct_buffers* owner_ = nullptr;
        std::span<std::byte> memory_;
        std::size_t room_ = 0;
    };

    /// `size` bytes that begin with a page; what they hold is not said. Errors: throws std::bad_alloc.
    piece take(std::size_t size);

    /// Nothing waits for reuse from now on.
    void keep_no_more() noexcept;

private:
    void give_back(std::byte* memory, std::size_t room) noexcept;

    std::mutex mutex_;
    std::size_t keep_;
    std::size_t kept_ = 0;
    std::map<std::size_t, std::vector<std::byte*>> idle_;  // by size
};

}  // namespace sluice::inline v0::uring
