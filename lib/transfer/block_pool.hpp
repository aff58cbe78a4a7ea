#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice::inline v0::transfer {

/// Blocks of one size that come back when their last owner lets go, from whatever thread; at most `keep` wait for reuse.
class block_pool : public std::enable_shared_from_this<block_pool> {
public:
    block_pool(std::size_t block_size, std::size_t keep) : block_size_(block_size), keep_(keep) {}
    ~block_pool();
    block_pool(block_pool const&) = delete;
    block_pool& operator=(block_pool const&) = delete;

    std::shared_ptr<std::byte> take();
    std::size_t block_size() const noexcept { return block_size_; }

private:
    void give_back(std::byte* block) noexcept;
    std::size_t const block_size_, keep_;
    std::mutex mutex_;
    std::vector<std::byte*> idle_;
};

}  // namespace sluice::inline v0::transfer
