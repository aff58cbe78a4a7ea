#include "transfer/block_pool.hpp"

#include <new>

namespace sluice::inline v0::transfer {

namespace {
constexpr std::align_val_t page{4096};
}

block_pool::~block_pool() {
    for (std::byte* const block : idle_) ::operator delete(block, page);
}

std::shared_ptr<std::byte> block_pool::take() {
    std::byte* block = nullptr;
    {
        std::lock_guard const lock(mutex_);
        idle_.reserve(keep_);  // so that `give_back` never allocates
        if (!idle_.empty()) {
            block = idle_.back();
            idle_.pop_back();
        }
    }
    if (block == nullptr) block = static_cast<std::byte*>(::operator new(block_size_, page));
    return {block, [pool = shared_from_this()](std::byte* b) { pool->give_back(b); }};
}

void block_pool::give_back(std::byte* block) noexcept {
    {
        std::lock_guard const lock(mutex_);
        if (idle_.size() < keep_) {
            idle_.push_back(block);
            return;
        }
    }
    ::operator delete(block, page);
}

}  // namespace sluice::inline v0::transfer
