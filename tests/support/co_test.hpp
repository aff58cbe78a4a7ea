#pragma once

#include <sluice/awaitable.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>

namespace sluice::test {

/// Threads that run each test's context: 1, or what SLUICE_TEST_THREADS says (the tsan ring says 4).
unsigned context_threads();

/// Runs `body` on a context of its own and rethrows its exception here. With several threads the body lives on a strand.
/// A body that does not end within `limit` is cancelled and the test fails; one that ignores that ends the program.
void run(std::function<sluice::awaitable<void>()> body, std::chrono::seconds limit = std::chrono::seconds(60));

}  // namespace sluice::test

#define SLUICE_CO_TEST_(name, function)               \
    static sluice::awaitable<void> function();        \
    TEST_CASE(name) { sluice::test::run(&function); } \
    static sluice::awaitable<void> function()

/// A test case whose body is a coroutine: CO_TEST("reads all") { co_await ...; }. End it with an await or `co_return`.
#define CO_TEST(name) SLUICE_CO_TEST_(name, DOCTEST_ANONYMOUS(co_test_))
