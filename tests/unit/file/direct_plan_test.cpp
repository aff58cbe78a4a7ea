#include "backend/file/direct_plan.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using file::direct_step;
using uring::alignment;

namespace {

void const* at(std::uintptr_t address) { return reinterpret_cast<void const*>(address); }

constexpr std::size_t MiB = std::size_t{1} << 20;

}  // namespace

TEST_CASE("direct plan: straight where all is aligned, else through the buffer, and no further than needed") {
    alignment const align(512, 4096);
    struct row {
        std::uintptr_t memory;
        std::uint64_t offset;
        std::size_t size;
        direct_step expected;
    };
    for (row const& r : {
             row{8192, 0, 4096, {true, 4096}}, row{512, 4096, 8192, {true, 8192}},  // memory needs less than offsets
             row{512, 0, 64 * MiB, {true, 16 * MiB}},                               // one call is not for ever
             row{8192, 0, 5000, {false, 5000}},                                     // the tail is not worth a call of its own
             row{8192, 0, MiB + 1, {true, MiB}},                                    // but here it is
             row{8192, MiB, 1, {false, 1}},                                         // the tail itself
             row{8193, 0, 4096, {false, 4096}},                                     // memory that does not fit
             row{8193, 0, 5 * MiB, {false, MiB}},                                   // goes in chunks
             row{8193, 100, 5 * MiB, {false, MiB - 100}},                           // that end on a boundary
             row{8192, 100, 5 * MiB, {false, MiB - 100}},                           // behind the boundary memory would not fit
             row{8192 + 100, 100, 5 * MiB, {false, 3996}},                          // here it does
             row{8192 + 100, 100, 5000, {false, 5000}},                             // but for what little there is one call is better
         }) {
        CHECK_MESSAGE(file::next_direct_step(align, at(r.memory), r.offset, r.size) == r.expected,
                      r.memory << ", " << r.offset << ", " << r.size);
    }
}

TEST_CASE("direct plan: steps cover every read, and never ask for what is not aligned") {
    for (std::uint32_t const unit : {512u, 4096u}) {
        alignment const align(unit, unit);
        for (std::uintptr_t const memory : {0x10000u, 0x10001u, 0x10200u, 0x10010u}) {
            for (std::uint64_t const offset : {0u, 1u, 511u, 512u, 4096u, 70'000u}) {
                for (std::size_t const size : {1u, 511u, 512u, 4096u, 4097u, 65'536u, 70'001u, 3'000'001u}) {
                    std::size_t done = 0;
                    while (done < size) {
                        direct_step const step = file::next_direct_step(align, at(memory + done), offset + done, size - done);
                        REQUIRE(step.size > 0);
                        if (step.straight) CHECK(align.fits(at(memory + done), offset + done, step.size));
                        if (!step.straight) CHECK(uring::covering_range(offset + done, step.size, unit).size <= file::direct_chunk);
                        done += step.size;
                    }
                    CHECK(done == size);
                }
            }
        }
    }
}
