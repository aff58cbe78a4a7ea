#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace sluice::test {

/// One operation on a register that several clients read and swap. Values are numbers that are written once; 0: there is nothing.
struct register_event {
    register_event() {}
    enum class kind : std::uint8_t {
        read,      ///< saw `to`
        swapped,   ///< from `from` to `to`
        lost,      ///< a swap that was refused: it was not `from`
        in_doubt,  ///< a swap that may have been done, at any time since it began, or never
    };
    kind what = kind::read;
    std::uint64_t begin = 0, end = std::numeric_limits<std::uint64_t>::max();
    unsigned from = 0, to = 0;
    unsigned client = 0;
};

/// Whether there is one order of these events, at most 64, that explains what each of them saw, in which none comes after one that began
/// when it had ended. Wing and Gong's search (1993), with what was seen before remembered.
bool is_linearisable(std::vector<register_event> const& history);

/// A line for each, in the order of their beginnings.
std::string text_of(std::vector<register_event> const& history);

}  // namespace sluice::test
