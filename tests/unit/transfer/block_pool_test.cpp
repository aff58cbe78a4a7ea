#include "transfer/block_pool.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace sluice;
using transfer::block_pool;

namespace {

bool begins_with(std::byte const* memory, std::uintptr_t alignment) { return reinterpret_cast<std::uintptr_t>(memory) % alignment == 0; }

}  // namespace

TEST_CASE("block pool: blocks begin with a page, large ones with a huge one") {
    for (std::size_t const size : {1u, 1'000u, 65'536u, 100'001u}) {
        auto const pool = std::make_shared<block_pool>(size, 2);
        CHECK_MESSAGE(begins_with(pool->take().get(), 4096), size);
    }
    for (std::size_t const size : {1u << 20, 5'000'001u}) {
        auto const pool = std::make_shared<block_pool>(size, 2);
        CHECK_MESSAGE(begins_with(pool->take().get(), 2u << 20), size);
    }
    CHECK(begins_with(transfer::take_block(70'000).get(), 4096));
}

TEST_CASE("block pool: as many as are kept come back, also when their pool has gone") {
    for (std::size_t const size : {100u, 3'000'000u}) {
        auto pool = std::make_shared<block_pool>(size, 1);
        std::shared_ptr<std::byte> first = pool->take();
        std::byte* const was = first.get();
        first.reset();
        std::shared_ptr<std::byte> const again = pool->take();
        CHECK_MESSAGE(again.get() == was, size);
        pool.reset();
        again.get()[size - 1] = std::byte{1};
    }
}
