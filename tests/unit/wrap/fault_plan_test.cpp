#include "wrap/fault_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace sluice;

namespace {

/// One letter a call: s slow, r refused, l lost, . none; the first that holds.
std::string story(faulty_options options, std::size_t calls, bool body = false) {
    wrap::fault_plan plan(std::move(options));
    std::string letters;
    for (std::size_t i = 0; i < calls; ++i) {
        wrap::fault const f = plan.next(body);
        letters += f.refused ? 'r' : f.lost ? 'l' : f.slow ? 's' : '.';
    }
    return letters;
}

faulty_options rates(double refused, double lost, double slow, std::uint64_t seed = 1) {
    faulty_options options;
    options.refused = refused;
    options.lost = lost;
    options.slow = slow;
    options.seed = seed;
    return options;
}

}  // namespace

TEST_CASE("a fault plan tells the same story for the same seed, and another for another") {
    std::string const first = story(rates(0.2, 0.2, 0.2), 500);
    CHECK(first == story(rates(0.2, 0.2, 0.2), 500));
    CHECK(first != story(rates(0.2, 0.2, 0.2, 2), 500));
}

TEST_CASE("a fault plan keeps to its rates") {
    CHECK(story(rates(0, 0, 0), 1000) == std::string(1000, '.'));
    CHECK(story(rates(1, 0, 0), 100) == std::string(100, 'r'));
    CHECK(story(rates(0, 1, 0), 100) == std::string(100, 'l'));
    CHECK(story(rates(0, 0, 1), 100) == std::string(100, 's'));
    std::string const some = story(rates(0.25, 0, 0), 10'000);
    auto const refused = std::ranges::count(some, 'r');
    CHECK(refused > 2'300);
    CHECK(refused < 2'700);
}

TEST_CASE("one rate does not move what another one meets") {
    std::string const alone = story(rates(0.1, 0, 0), 2'000);
    std::string const beside = story(rates(0.1, 0.1, 0.1), 2'000);
    for (std::size_t i = 0; i < alone.size(); ++i) CHECK((alone[i] == 'r') == (beside[i] == 'r'));
}

TEST_CASE("only an open body is cut, and that is `truncated`") {
    faulty_options options;
    options.cut = 1;
    CHECK(story(options, 50) == std::string(50, '.'));
    wrap::fault_plan plan(options);
    wrap::fault const cut = plan.next(true);
    CHECK(cut.refused == errc::truncated);
}
