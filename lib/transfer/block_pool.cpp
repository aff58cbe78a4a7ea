#include "transfer/block_pool.hpp"

#include "uring/alignment.hpp"

#include <utility>

namespace sluice::inline v0::transfer {

namespace {

constexpr std::size_t large = std::size_t{64} << 10;

/// What a block takes: see `direct_buffers`.
std::size_t room_of(std::size_t const size) noexcept {
    return static_cast<std::size_t>(uring::aligned_up(size, size < (1u << 20) ? 4096 : 2u << 20));
}

struct lent_block {
    lent_block(std::shared_ptr<block_pool> pool, uring::direct_buffers::piece memory) : pool(std::move(pool)), memory(std::move(memory)) {}
    std::shared_ptr<block_pool> pool;
    uring::direct_buffers::piece memory;  // goes first
};

}  // namespace

block_pool::block_pool(std::size_t block_size, std::size_t keep) : block_size_(block_size), memory_(keep * room_of(block_size)) {}

std::shared_ptr<std::byte> block_pool::take() {
    auto const lent = std::make_shared<lent_block>(shared_from_this(), memory_.take(block_size_));
    return {lent, lent->memory.bytes().data()};
}

std::shared_ptr<std::byte> take_block(std::size_t const size) {
    if (size >= large) return std::make_shared<block_pool>(size, 0)->take();
    std::shared_ptr<std::byte[]> const small = std::make_shared_for_overwrite<std::byte[]>(size);
    return {small, small.get()};
}

}  // namespace sluice::inline v0::transfer
