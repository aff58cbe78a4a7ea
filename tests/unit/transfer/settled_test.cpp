#include "transfer/opening.hpp"

#include <sluice/file.hpp>
#include <sluice/memory.hpp>
#include <sluice/wrap/limited.hpp>
#include <sluice/wrap/prefixed.hpp>

#include <doctest/doctest.h>

#include <functional>

using namespace sluice;
using transfer::settled;

TEST_CASE("reading habits: the store has its way where the caller has none") {
    reading_habit habit;
    habit.strategy = read_strategy::single;
    habit.threshold = 11;
    habit.part_size = 12;
    habit.parts_in_flight = 13;
    range_engine_options const nothing = settled({}, habit);
    CHECK(*nothing.strategy == read_strategy::single);
    CHECK(*nothing.threshold == 11);
    CHECK(*nothing.part_size == 12);
    CHECK(*nothing.parts_in_flight == 13);

    range_engine_options sizes;
    sizes.part_size = 5;
    sizes.parts_in_flight = 1;
    sizes = settled(sizes, habit);
    CHECK(*sizes.strategy == read_strategy::ranges);  // what else would the size be for
    CHECK(*sizes.threshold == 11);
    CHECK(*sizes.part_size == 5);
    CHECK(*sizes.parts_in_flight == 1);

    range_engine_options all;
    all.strategy = read_strategy::single;
    all.threshold = 1;
    CHECK(*settled(all, habit).strategy == read_strategy::single);
    all.strategy = read_strategy::ranges;
    all.threshold.reset();
    CHECK(*settled(all, habit).strategy == read_strategy::ranges);
}

TEST_CASE("reading habits: files in one go, all else in parts, and wrappers as what they wrap") {
    file_settings settings;
    settings.root = "/";
    std::shared_ptr<object_store> const files = make_file_store(settings);
    settings.access = file_access::direct;
    std::shared_ptr<object_store> const direct = make_file_store(settings);
    CHECK(files->can().reading.strategy == read_strategy::single);
    CHECK(direct->can().reading.strategy == read_strategy::ranges);
    CHECK(make_memory_store("m")->can().reading.strategy == read_strategy::ranges);
    CHECK(make_prefixed(files, "p/")->can().reading.strategy == read_strategy::single);
    CHECK(make_limited(files, limited_options())->can().reading.strategy == read_strategy::single);
}

TEST_CASE("reading habits: a size or a number of zero is refused, whichever it is") {
    auto const store = make_memory_store("m");
    std::function<void(range_engine_options&)> const zeros[] = {
        [](range_engine_options& o) { o.threshold = 0; },
        [](range_engine_options& o) { o.part_size = 0; },
        [](range_engine_options& o) { o.parts_in_flight = 0; },
        [](range_engine_options& o) { o.memory_limit = 0; },
    };
    CHECK_NOTHROW(transfer::check(settled({}, store->can().reading), *store, "k"));
    for (auto const& zero : zeros) {
        range_engine_options options;
        zero(options);
        try {
            transfer::check(settled(options, store->can().reading), *store, "k");
            FAIL_CHECK("taken");
        } catch (error const& e) {
            CHECK(e.reason() == errc::invalid_argument);
        }
    }
}
