#include "uring/direct_buffers.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <fstream>

using sluice::uring::direct_buffers;

TEST_CASE("direct buffers: whole pages, of the size asked for") {
    direct_buffers memory(8u << 20);
    for (std::size_t const size :
         {std::size_t(0), std::size_t(1), std::size_t(4096), std::size_t(5000), std::size_t(1u << 20), std::size_t(3u << 20)}) {
        direct_buffers::piece const p = memory.take(size);
        CHECK(p.bytes().size() == size);
        CHECK(reinterpret_cast<std::uintptr_t>(p.bytes().data()) % 4096 == 0);
        if (size >= 1u << 20) CHECK(reinterpret_cast<std::uintptr_t>(p.bytes().data()) % (2u << 20) == 0);
        std::memset(p.bytes().data(), 1, size);
    }
}

TEST_CASE("direct buffers: what comes back is taken again, up to the limit") {
    direct_buffers memory(4u << 20);
    std::byte* first = nullptr;
    {
        direct_buffers::piece a = memory.take(2u << 20);
        first = a.bytes().data();
        direct_buffers::piece const moved = std::move(a);
        CHECK(a.bytes().empty());
        CHECK(moved.bytes().data() == first);
    }
    direct_buffers::piece again = memory.take(1u << 20);  // the same room
    CHECK(again.bytes().data() == first);
    std::memset(again.bytes().data(), 1, again.bytes().size());
    {
        direct_buffers::piece const b = memory.take(2u << 20), c = memory.take(2u << 20), d = memory.take(2u << 20);
        CHECK(b.bytes().data() != c.bytes().data());
        CHECK(c.bytes().data() != d.bytes().data());
    }
    again = direct_buffers::piece();
}

TEST_CASE("direct buffers: when nothing is kept any more, what comes back goes") {
    direct_buffers memory(64u << 20);
    direct_buffers::piece out = memory.take(32u << 20);
    {
        direct_buffers::piece const back = memory.take(32u << 20);
        std::memset(back.bytes().data(), 1, back.bytes().size());
    }
    auto const resident = [] {
        std::ifstream status("/proc/self/statm");
        std::uint64_t all = 0, here = 0;
        status >> all >> here;
        return here * 4096;
    };
    std::memset(out.bytes().data(), 1, out.bytes().size());
    std::uint64_t const before = resident();
    memory.keep_no_more();
    out = direct_buffers::piece();
    CHECK(resident() + (48u << 20) < before);  // both
    direct_buffers::piece const again = memory.take(1u << 20);
    std::memset(again.bytes().data(), 1, again.bytes().size());
}
