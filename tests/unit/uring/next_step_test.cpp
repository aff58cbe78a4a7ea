#include "uring/next_step.hpp"

#include "uring/lock_pause.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace sluice;
using uring::next_step;
using uring::opcode;
using uring::step;

TEST_CASE("next step: what becomes of an answer") {
    struct row {
        opcode what;
        std::int32_t answer;
        bool cancel_wanted;
        unsigned tries;
        step wanted;
    };
    for (row const& r : {
             row{opcode::read, 0, false, 1, step::deliver},
             row{opcode::read, 4096, false, 1, step::deliver},
             row{opcode::read, 4096, true, 1, step::deliver},  // it came first
             row{opcode::read, -EIO, false, 1, step::deliver},
             row{opcode::read, -EIO, true, 1, step::deliver},
             row{opcode::read, -ECANCELED, true, 1, step::aborted},
             row{opcode::read, -EINTR, true, 1, step::aborted},
             row{opcode::read, -ECANCELED, false, 1, step::again},  // the thread that handed it over has ended
             row{opcode::read, -EINTR, false, 1, step::again},
             row{opcode::write, -EAGAIN, false, 31, step::again},
             row{opcode::write, -EAGAIN, false, 32, step::deliver},
             row{opcode::write, -EINTR, false, 32, step::deliver},
             row{opcode::write, -EAGAIN, true, 32, step::deliver},
             row{opcode::open, -EAGAIN, false, 1, step::again},    // a rename met the look for ".."
             row{opcode::close, -EINTR, false, 1, step::deliver},  // closed all the same
             row{opcode::close, -EINTR, true, 1, step::deliver},
             row{opcode::close, -ECANCELED, false, 1, step::again},
             row{opcode::close, -ECANCELED, true, 1, step::aborted},
             row{opcode::lock, -EAGAIN, false, 1, step::deliver},  // somebody holds it
             row{opcode::lock, -EINTR, false, 1, step::again},
             row{opcode::lock, -EINTR, false, 32, step::deliver},
         }) {
        CHECK_MESSAGE((next_step(r.what, r.answer, r.cancel_wanted, r.tries) == r.wanted),
                      uring::to_string(r.what) << " " << r.answer << " " << r.cancel_wanted << " " << r.tries);
    }
}

TEST_CASE("lock pause: from 1 ms to 50 ms") {
    using std::chrono::milliseconds;
    CHECK(uring::lock_pause(0) == milliseconds(1));
    CHECK(uring::lock_pause(1) == milliseconds(2));
    CHECK(uring::lock_pause(5) == milliseconds(32));
    CHECK(uring::lock_pause(6) == milliseconds(50));
    CHECK(uring::lock_pause(4'000'000'000u) == milliseconds(50));
}

TEST_CASE("opcodes: each has the name of its system call") {
    CHECK(uring::to_string(opcode::open) == "openat2");
    CHECK(uring::to_string(opcode::make_directory) == "mkdirat");
    CHECK(uring::to_string(opcode::advise) == "fadvise");
    CHECK(uring::to_string(opcode::lock) == "flock");
    CHECK(uring::to_string(opcode::rewind) == "lseek");
    CHECK(uring::has_ring_form(opcode::make_directory));
    CHECK(!uring::has_ring_form(opcode::advise));
}
