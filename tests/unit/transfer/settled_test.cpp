#include "transfer/lanes.hpp"
#include "transfer/opening.hpp"

#include <sluice/file.hpp>
#include <sluice/memory.hpp>
#include <sluice/s3.hpp>
#include <sluice/wrap/limited.hpp>
#include <sluice/wrap/prefixed.hpp>

#include <boost/asio/io_context.hpp>

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
    habit.least_part = 3;
    range_engine_options const nothing = settled({}, habit);
    CHECK(*nothing.strategy == read_strategy::single);
    CHECK(*nothing.threshold == 11);
    CHECK(*nothing.part_size == 12);
    CHECK(*nothing.parts_in_flight == 13);
    CHECK(*nothing.least_part == 3);

    range_engine_options sizes;
    sizes.part_size = 5;
    sizes.parts_in_flight = 1;
    sizes = settled(sizes, habit);
    CHECK(*sizes.strategy == read_strategy::ranges);  // what else would the size be for
    CHECK(*sizes.threshold == 11);
    CHECK(*sizes.part_size == 5);
    CHECK(*sizes.parts_in_flight == 1);
    CHECK(*sizes.least_part == 5);  // who says a size wants that
    sizes.least_part = 2;
    CHECK(*settled(sizes, habit).least_part == 2);

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
    s3_settings service;
    service.bucket = "bucket";
    service.region = "us-east-1";
    reading_habit const of_a_service = make_s3_store(service)->can().reading;
    CHECK(of_a_service.threshold == 4u << 20);
    CHECK(of_a_service.least_part == 2u << 20);
    CHECK(of_a_service.part_size == 8u << 20);
    CHECK(make_prefixed(files, "p/")->can().reading.strategy == read_strategy::single);
    CHECK(make_limited(files, limited_options())->can().reading.strategy == read_strategy::single);
}

TEST_CASE("reading habits: a size or a number of zero is refused, whichever it is") {
    auto const store = make_memory_store("m");
    std::function<void(range_engine_options&)> const zeros[] = {
        [](range_engine_options& o) { o.threshold = 0; },       [](range_engine_options& o) { o.part_size = 0; },
        [](range_engine_options& o) { o.parts_in_flight = 0; }, [](range_engine_options& o) { o.memory_limit = 0; },
        [](range_engine_options& o) { o.least_part = 0; },
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

TEST_CASE("reading habits: parts of what is not large enough for all workers are smaller, down to the least") {
    reading_habit habit;
    habit.threshold = 4;
    habit.part_size = 8;
    habit.least_part = 2;
    range_engine_options options = settled({}, habit);  // 16 in flight, one of them the first part
    CHECK(transfer::part_size_of(options, 4) == 2);
    CHECK(transfer::part_size_of(options, 60) == 4);
    CHECK(transfer::part_size_of(options, 1000) == 8);
    options.parts_in_flight = 1;
    CHECK(transfer::part_size_of(options, 1000) == 8);
    CHECK(transfer::part_size_of(options, 5) == 5);
    range_engine_options sized;
    sized.part_size = 8;
    CHECK(transfer::part_size_of(settled(sized, habit), 4) == 8);
}

TEST_CASE("sharded: without contexts it is refused, and its workers go round them but for the first") {
    auto const store = make_memory_store("m");
    range_engine_options options;
    options.strategy = read_strategy::sharded;
    options = settled(options, store->can().reading);
    try {
        transfer::check(options, *store, "k");
        FAIL_CHECK("taken");
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
    }
    boost::asio::io_context own, a, b;
    options.contexts = {a.get_executor(), b.get_executor()};
    CHECK_NOTHROW(transfer::check(options, *store, "k"));
    transfer::lanes const spread(options, own.get_executor());
    CHECK(spread.of(0) == boost::asio::any_io_executor(own.get_executor()));
    for (std::size_t n = 1; n < 8; ++n) CHECK(spread.of(n) == boost::asio::any_io_executor((n % 2 == 0 ? a : b).get_executor()));
    options.strategy = read_strategy::ranges;  // and then they are not looked at
    transfer::lanes const together(options, own.get_executor());
    for (std::size_t n = 0; n < 8; ++n) CHECK(together.of(n) == boost::asio::any_io_executor(own.get_executor()));
}
