#pragma once

#include "uring/direct_buffers.hpp"

#include <cstddef>
#include <memory>

namespace sluice::inline v0::transfer {

/// Blocks of one size that come back when their last owner lets go, from whatever thread; at most `keep` wait for reuse. They begin with
/// a page, so that what goes from or to a file past the page cache needs no second buffer.
class block_pool : public std::enable_shared_from_this<block_pool> {
public:
    block_pool(std::size_t block_size, std::size_t keep);

    std::shared_ptr<std::byte> take();
    /// What comes back from now on is given to the system at once, and what waits is, too.
    void retire() noexcept { memory_.keep_no_more(); }
    std::size_t block_size() const noexcept { return block_size_; }

private:
    std::size_t const block_size_;
    uring::direct_buffers memory_;
};

/// Memory of its own, as that of a pool where it is large enough for that to matter.
std::shared_ptr<std::byte> take_block(std::size_t size);

}  // namespace sluice::inline v0::transfer
