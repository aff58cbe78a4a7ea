#include "uring/next_step.hpp"

#include <cerrno>

namespace sluice::inline v0::uring {

namespace {

// A thread that ends interrupts what it submitted, a signal what it waits for: rare. What is told to ask again for ever (a pipe opened
// O_NONBLOCK) must come to an end.
constexpr unsigned most_tries = 32;

}  // namespace

step next_step(opcode what, std::int32_t answer, bool cancel_wanted, unsigned tries) noexcept {
    bool const interrupted = answer == -ECANCELED || answer == -EINTR;
    if (what == opcode::close && answer == -EINTR) return step::deliver;  // on Linux it is closed; the number may be somebody else's by now
    if (cancel_wanted && interrupted) return step::aborted;
    if (what == opcode::lock) return answer == -EINTR && tries < most_tries ? step::again : step::deliver;  // EAGAIN: somebody holds it
    bool const ask_again = interrupted || answer == -EAGAIN;
    return ask_again && tries < most_tries ? step::again : step::deliver;
}

}  // namespace sluice::inline v0::uring
