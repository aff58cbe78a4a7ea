#pragma once

#include <cstdio>
#include <cstdlib>

namespace sluice::fuzz {

/// True while something runs that got no memory from an allocation that says so by a null pointer: then a typed error is right, too.
inline thread_local bool had_too_little_memory = false;

/// What then ends a run.
struct unusual_result {};

/// Ends the program, which leaves the input behind, when something does not hold.
inline void must(bool const holds, char const* const what) {
    if (holds) return;
    if (had_too_little_memory) throw unusual_result();
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

}  // namespace sluice::fuzz
