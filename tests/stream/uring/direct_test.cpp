#include "uring/alignment.hpp"
#include "uring/direct_buffers.hpp"
#include "world.hpp"

#include <fcntl.h>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

TEST_CASE("direct: where the disk can, a file is read whole, its tail too; where it is memory, it is refused") {
    everywhere([](place& at) -> awaitable<void> {
        constexpr std::size_t size = 3'000'001;
        std::vector<std::byte> const wanted = pattern(size);
        result<uring::file> opened = co_await at.root.open("a", O_RDWR | O_CREAT);
        uring::file f = must(std::move(opened));
        result<void> const written = co_await f.write_full(0, wanted);
        must(written);
        result<uring::alignment> const asked = co_await uring::direct_alignment(f);
        if (at.path.starts_with(memory_path())) {
            CHECK(why(asked) == errc::unsupported);
            co_return;
        }
        uring::alignment const unit = must(asked);
        opened = co_await at.root.open("a", O_RDONLY | O_DIRECT);
        uring::file direct = must(std::move(opened));
        uring::direct_buffers memory(0);
        uring::covering_range const all(0, size, unit.offset());
        uring::direct_buffers::piece const into = memory.take(all.size);
        CHECK(unit.fits(into.bytes().data(), all.begin, all.size));
        result<std::size_t> n = co_await direct.read_full(0, into.bytes(), unit.offset());
        CHECK(must(n) == size);
        CHECK(std::equal(wanted.begin(), wanted.end(), into.bytes().begin()));
        uring::covering_range const middle(1'234'567, 100'000, unit.offset());
        n = co_await direct.read_full(middle.begin, into.bytes().first(middle.size), unit.offset());
        CHECK(must(n) == middle.size);
        CHECK(std::equal(wanted.begin() + 1'234'567, wanted.begin() + 1'334'567,
                         into.bytes().begin() + static_cast<std::ptrdiff_t>(middle.skip)));
        n = co_await direct.read_some(1, into.bytes().first(unit.offset()));
        CHECK(why(n) == errc::invalid_argument);
    });
}
