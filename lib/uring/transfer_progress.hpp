#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::inline v0::uring {

/// How a transfer of `size` bytes goes on after calls that moved less. Pure.
class transfer_progress {
public:
    /// `alignment`: what offset and length of every call are multiples of.
    explicit transfer_progress(std::size_t size, std::size_t alignment = 1) noexcept : size_(size), alignment_(alignment) {}

    enum class state : std::uint8_t { more, all, end };

    /// After a call that moved `n` bytes. `end`: nothing moved; or, aligned, less than could be asked for next, which is how a file's
    /// end looks.
    state moved(std::size_t n) noexcept {
        done_ += n;
        if (done_ >= size_) return state::all;
        return n == 0 || done_ % alignment_ != 0 ? state::end : state::more;
    }

    bool empty() const noexcept { return size_ == 0; }
    std::size_t done() const noexcept { return done_; }

private:
    std::size_t size_;
    std::size_t alignment_;
    std::size_t done_ = 0;
};

}  // namespace sluice::inline v0::uring
