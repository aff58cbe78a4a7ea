#include "support/cancelling.hpp"
#include "support/co_test.hpp"

#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/testing/world.hpp>
#include <sluice/wrap/faulty.hpp>

#include <chrono>
#include <optional>

using namespace sluice;
using namespace sluice::test;

namespace {

awaitable<std::string> story_of(std::uint64_t seed) {
    faulty_options options;
    options.seed = seed;
    options.refused = options.lost = 0.2;
    options.cut = 0.2;
    std::shared_ptr<object_store> const inner = make_memory_store();
    std::shared_ptr<object_store> const store = make_faulty(inner, options);
    std::string story;
    for (int i = 0; i < 200; ++i) {
        std::string const text = std::to_string(i * 7919), key = "k" + std::to_string(i);
        payload data(text);
        errc reason{};
        try {
            co_await store->put(key, data);
        } catch (error const& e) {
            reason = e.reason();
            std::string const words = e.what();
            CHECK(words.find("made on purpose") != std::string::npos);
        }
        story += reason == errc{} ? 'w' : '-';
        payload known(text);
        co_await inner->put(key, known);
        try {
            whole_object const got = co_await get_all(store, key);
            CHECK(got.data.text() == text);
            story += 'r';
        } catch (error const& e) {
            story += e.reason() == errc::truncated ? 'c' : '-';
        }
    }
    co_return story;
}

}  // namespace

CO_TEST("faulty: a success has the right bytes, a failure is typed, and a seed tells the same story again") {
    std::string const first = co_await story_of(7);
    std::string const again = co_await story_of(7);
    std::string const other = co_await story_of(8);
    CHECK(first == again);
    CHECK(first != other);
    for (char const letter : {'w', 'r', 'c', '-'}) CHECK(first.find(letter) != std::string::npos);
}

CO_TEST("faulty: a refused write was not made, a lost one was") {
    std::shared_ptr<object_store> const inner = make_memory_store();
    faulty_options refused, lost;
    refused.refused = lost.lost = 1;
    refused.reasons = lost.reasons = {errc::connection_lost};
    for (faulty_options const& options : {refused, lost}) {
        std::shared_ptr<object_store> const store = make_faulty(inner, options);
        payload data("x");
        errc reason{};
        try {
            co_await store->put("k", data);
        } catch (error const& e) {
            reason = e.reason();
        }
        CHECK(reason == errc::connection_lost);
        bool const there = co_await exists(inner, "k");
        CHECK(there == (options.lost == 1));
    }
}

TEST_CASE("faulty: rates that are none, and no reasons, are refused") {
    faulty_options no_reasons, above, below;
    no_reasons.reasons.clear();
    above.lost = 1.5;
    below.cut = -0.1;
    for (faulty_options const& options : {no_reasons, above, below}) CHECK_THROWS_AS(make_faulty(make_memory_store(), options), error);
}

TEST_CASE("faulty: a delay that is cancelled ends as cancelled, of the object that was asked for") {
    testing::world w(1);
    auto const body = []() -> awaitable<void> {
        faulty_options options;
        options.slow = 1;
        options.delay = std::chrono::hours(1);
        auto const store = make_faulty(make_memory_store(), options);
        std::optional<error> why;
        auto const head = [&]() -> awaitable<void> {
            try {
                co_await store->head("k");
            } catch (error const& e) {
                why = e;
            }
        };
        bool const aborted = co_await cancelled(head);
        CHECK_FALSE(aborted);
        REQUIRE(why.has_value());
        CHECK(why->reason() == errc::cancelled);
        CHECK(why->info().operation == "head");
        CHECK(why->info().uri == store->uri() + "k");
    };
    w.run(body);
    CHECK(w.elapsed() < std::chrono::seconds(1));
}
