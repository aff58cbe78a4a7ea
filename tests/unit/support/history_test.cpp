#include "support/history.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace sluice::test;

namespace {

using kind = register_event::kind;

register_event event(kind what, unsigned from, unsigned to, std::uint64_t begin, std::uint64_t end) {
    register_event e;
    e.what = what;
    e.from = from;
    e.to = to;
    e.begin = begin;
    e.end = end;
    return e;
}

register_event read(unsigned value, std::uint64_t begin, std::uint64_t end) { return event(kind::read, 0, value, begin, end); }
register_event swapped(unsigned from, unsigned to, std::uint64_t begin, std::uint64_t end) {
    return event(kind::swapped, from, to, begin, end);
}
register_event lost(unsigned from, unsigned to, std::uint64_t begin, std::uint64_t end) { return event(kind::lost, from, to, begin, end); }
register_event in_doubt(unsigned from, unsigned to, std::uint64_t begin) { return event(kind::in_doubt, from, to, begin, begin); }

struct row {
    char const* name;
    bool good;
    std::vector<register_event> history;
};

}  // namespace

TEST_CASE("histories of a register: which have an order that explains them") {
    row const rows[] = {
        {"nothing happened", true, {}},
        {"it is empty at first", true, {read(0, 1, 2)}},
        {"what nobody wrote", false, {read(7, 1, 2)}},
        {"one after the other", true, {swapped(0, 1, 1, 2), read(1, 3, 4), swapped(1, 2, 5, 6), read(2, 7, 8)}},
        {"a stale read", false, {swapped(0, 1, 1, 2), swapped(1, 2, 3, 4), read(1, 5, 6)}},
        {"an old read beside the swap", true, {swapped(0, 1, 1, 2), swapped(1, 2, 3, 6), read(1, 4, 5)}},
        {"a new read beside the swap", true, {swapped(0, 1, 1, 2), swapped(1, 2, 3, 6), read(2, 4, 5)}},
        {"new, then old", false, {swapped(0, 1, 1, 9), read(1, 2, 3), read(0, 4, 5)}},
        {"a read before its write began", false, {read(1, 1, 2), swapped(0, 1, 3, 4)}},
        {"two swaps of one version", false, {swapped(0, 1, 1, 4), swapped(0, 2, 2, 3)}},
        {"one of two wins", true, {swapped(0, 1, 1, 4), lost(0, 2, 2, 3)}},
        {"both lose", false, {lost(0, 1, 1, 4), lost(0, 2, 2, 3)}},
        {"lost although nothing was in its way", false, {swapped(0, 1, 1, 2), lost(1, 2, 3, 4), read(1, 5, 6)}},
        {"in doubt, and not done", true, {in_doubt(0, 1, 1), read(0, 3, 4)}},
        {"in doubt, and done late", true, {in_doubt(0, 1, 1), read(0, 3, 4), read(1, 5, 6)}},
        {"in doubt, and undone", false, {in_doubt(0, 1, 1), read(1, 3, 4), read(0, 5, 6)}},
        {"in doubt, and done before it began", false, {read(1, 1, 2), in_doubt(0, 1, 3)}},
        {"in doubt, and done twice", false, {in_doubt(0, 1, 1), swapped(1, 2, 3, 4), swapped(2, 3, 5, 6), read(1, 7, 8)}},
        {"one in doubt makes another lose", true, {in_doubt(0, 1, 1), lost(0, 2, 3, 4)}},
        {"of two in doubt the second on the first", true, {in_doubt(1, 2, 1), in_doubt(0, 1, 2), read(2, 3, 4)}},
        {"a write that was lost", false, {swapped(0, 1, 1, 2), swapped(1, 2, 3, 4), swapped(1, 3, 5, 6)}},
    };
    for (row const& r : rows) CHECK_MESSAGE(is_linearisable(r.history) == r.good, r.name);
    CHECK_THROWS_AS(is_linearisable(std::vector<register_event>(65)), std::invalid_argument);
}

TEST_CASE("histories of a register are told in the order of their beginnings") {
    std::string const text = text_of({read(1, 3, 4), swapped(0, 1, 1, 2)});
    CHECK(text == "    client 0 [1, 2] swapped 0 -> 1\n    client 0 [3, 4] read 1\n");
}
