#include "uring/alignment.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using uring::alignment;
using uring::covering_range;
using uring::file_kind;
using uring::file_status;

TEST_CASE("alignment: down and up") {
    struct row {
        std::uint64_t n, to, down, up;
    };
    for (row const& r : {row{0, 512, 0, 0}, row{1, 512, 0, 512}, row{511, 512, 0, 512}, row{512, 512, 512, 512}, row{513, 512, 512, 1024},
                         row{4095, 4096, 0, 4096}, row{1, 1, 1, 1}, row{(1ull << 40) + 7, 4096, 1ull << 40, (1ull << 40) + 4096},
                         row{(1ull << 63) - 1, 4096, (1ull << 63) - 4096, 1ull << 63}}) {
        CHECK_MESSAGE(uring::aligned_down(r.n, r.to) == r.down, r.n << " to " << r.to);
        CHECK_MESSAGE(uring::aligned_up(r.n, r.to) == r.up, r.n << " to " << r.to);
    }
}

TEST_CASE("alignment: the smallest range that covers another") {
    struct row {
        std::uint64_t offset, size, to, begin, length, skip;
    };
    for (row const& r : {row{0, 0, 4096, 0, 0, 0}, row{0, 1, 4096, 0, 4096, 0}, row{0, 4096, 4096, 0, 4096, 0},
                         row{0, 4097, 4096, 0, 8192, 0}, row{4095, 2, 4096, 0, 8192, 4095}, row{4096, 1, 4096, 4096, 4096, 0},
                         row{5000, 0, 4096, 4096, 4096, 904}, row{1'000'000, 1'000'000, 512, 999'936, 1'000'448, 64}}) {
        covering_range const c(r.offset, r.size, r.to);
        CHECK_MESSAGE(c.begin == r.begin, r.offset << " " << r.size);
        CHECK_MESSAGE(c.size == r.length, r.offset << " " << r.size);
        CHECK_MESSAGE(c.skip == r.skip, r.offset << " " << r.size);
        CHECK(c.skip + r.size <= c.size);
    }
}

TEST_CASE("alignment: what one call can move as it is") {
    alignment const a(512, 4096);
    auto const at = [](std::uintptr_t n) { return reinterpret_cast<void const*>(n); };
    CHECK(a.fits(at(512), 4096, 8192));
    CHECK(a.fits(at(0), 0, 0));
    CHECK(!a.fits(at(511), 4096, 8192));
    CHECK(!a.fits(at(512), 4095, 8192));
    CHECK(!a.fits(at(512), 512, 4096));
    CHECK(!a.fits(at(512), 4096, 8191));
    CHECK(alignment(1, 1).fits(at(3), 5, 7));
}

TEST_CASE("alignment: what a file asks for, and who cannot") {
    constexpr std::uint64_t ext4 = 0xef53, tmpfs = 0x01021994, ramfs = 0x858458f6, hugetlbfs = 0x958458f6;
    auto const status = [](file_kind kind, bool tells, std::uint32_t memory, std::uint32_t offset) {
        file_status s;
        s.kind = kind, s.tells_alignment = tells, s.memory_alignment = memory, s.offset_alignment = offset;
        return s;
    };
    struct row {
        file_status status;
        std::uint64_t file_system;
        bool can;
        alignment wanted;
    };
    constexpr auto regular = file_kind::regular;
    for (row const& r : {row{status(regular, false, 0, 0), ext4, true, {}}, row{status(regular, true, 512, 512), ext4, true, {512, 512}},
                         row{status(regular, true, 4, 4096), ext4, true, {4, 4096}}, row{status(regular, true, 0, 0), ext4, false, {}},
                         row{status(regular, true, 512, 0), ext4, false, {}}, row{status(regular, true, 3, 512), ext4, true, {}},
                         row{status(regular, false, 0, 0), tmpfs, false, {}}, row{status(regular, true, 512, 512), tmpfs, false, {}},
                         row{status(regular, false, 0, 0), ramfs, false, {}}, row{status(regular, false, 0, 0), hugetlbfs, false, {}},
                         row{status(file_kind::directory, true, 512, 512), ext4, false, {}},
                         row{status(file_kind::other, false, 0, 0), ext4, false, {}}}) {
        result<alignment> const answer = uring::direct_alignment(r.status, r.file_system, "/d/f");
        REQUIRE(answer.has_value() == r.can);
        if (r.can) CHECK(*answer == r.wanted);
        if (!r.can) CHECK(answer.error().reason() == errc::unsupported);
        if (!r.can) CHECK(answer.error().info().detail.starts_with("cannot read or write /d/f past the page cache: "));
    }
}
