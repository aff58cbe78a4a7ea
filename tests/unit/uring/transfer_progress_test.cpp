#include "uring/transfer_progress.hpp"

#include <doctest/doctest.h>

#include <vector>

using uring_progress = sluice::uring::transfer_progress;
using state = uring_progress::state;

TEST_CASE("transfer progress: whole, short, ended, and short where the rest cannot be asked for") {
    struct row {
        std::size_t size, alignment;
        std::vector<std::size_t> moves;
        state wanted;
        std::size_t done;
    };
    for (row const& r : {
             row{10, 1, {10}, state::all, 10},
             row{10, 1, {4}, state::more, 4},
             row{10, 1, {4, 6}, state::all, 10},
             row{10, 1, {4, 0}, state::end, 4},
             row{10, 1, {0}, state::end, 0},
             row{8192, 4096, {8192}, state::all, 8192},
             row{8192, 4096, {4096}, state::more, 4096},
             row{8192, 4096, {4096, 4096}, state::all, 8192},
             row{8192, 4096, {4096, 100}, state::end, 4196},
             row{8192, 4096, {5000}, state::end, 5000},
             row{8192, 512, {5120}, state::more, 5120},
             row{8192, 512, {5121}, state::end, 5121},
         }) {
        uring_progress progress(r.size, r.alignment);
        state last = state::more;
        for (std::size_t const n : r.moves) {
            CHECK((last == state::more));
            last = progress.moved(n);
        }
        CHECK_MESSAGE((last == r.wanted), r.size << " by " << r.alignment << " done " << r.done);
        CHECK(progress.done() == r.done);
    }
    CHECK(uring_progress(0).empty());
    CHECK(!uring_progress(1).empty());
}
