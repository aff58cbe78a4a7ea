#include <sluice/async/task_group.hpp>
#include <sluice/error.hpp>

#include "async/event.hpp"
#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <sluice/async/runtime.hpp>

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <list>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using async::task_group;
namespace asio = boost::asio;

namespace {

awaitable<void> forever() { return nap(1h); }

awaitable<void> fail_with(std::string text) {
    co_await nap(1ms);
    throw std::runtime_error(text);
}

/// Runs `f` on each kind of context: marked single-threaded, not marked, a strand of it.
void on_every_context(std::function<awaitable<void>()> const& f, std::string const& expected, bool cancel = false) {
    for (int kind = 0; kind < 3; ++kind) {
        CAPTURE(kind);
        asio::io_context context(1);
        if (kind == 0) async::assume_single_threaded(context);
        asio::any_io_executor executor = context.get_executor();
        if (kind == 2) executor = asio::make_strand(context);
        started root(executor, f);
        if (cancel) {
            context.poll();
            root.cancel();
        }
        context.run();
        CHECK(root.result() == expected);
        CHECK(tracker::live == 0);
    }
}

}  // namespace

TEST_CASE("the group is left when the last child has ended") {
    int n = 0;
    on_every_context(
        [&n]() -> awaitable<void> {
            n = 0;
            auto const body = [&n](task_group& group) -> awaitable<void> {
                for (int i = 0; i < 10; ++i) {
                    CHECK(group.spawn([&n, i]() -> awaitable<void> {
                        co_await nap(i * 200us);
                        ++n;
                    }));
                }
                CHECK(n == 0);  // never inside spawn
                co_return;
            };
            co_await async::with_task_group(body);
            CHECK(n == 10);
        },
        "ok");
}

TEST_CASE("the first error cancels the others and is rethrown") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn(&forever);
                group.spawn([] { return fail_with("boom"); });
                co_await forever();
            };
            co_await async::with_task_group(body);
        },
        "boom");
}

TEST_CASE("an error of the body is an error of the group") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn(&forever);
                throw std::runtime_error("body");
                co_return;
            };
            co_await async::with_task_group(body);
        },
        "body");
}

TEST_CASE("a child that throws without ever suspending") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn([]() -> awaitable<void> {
                    throw std::runtime_error("at once");
                    co_return;
                });
                co_await forever();
            };
            co_await async::with_task_group(body);
        },
        "at once");
}

TEST_CASE("a cancelled parent cancels its children and says errc::cancelled") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                for (int i = 0; i < 5; ++i) group.spawn(&forever);
                co_return;
            };
            bool as_promised = false;
            try {
                co_await async::with_task_group(body);
            } catch (error const& e) {
                as_promised = e.reason() == errc::cancelled;
            }
            if (as_promised) throw std::runtime_error("errc::cancelled");
        },
        "errc::cancelled", true);
}

TEST_CASE("a child that cancels the group, itself included, without suspending") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn(&forever);
                group.spawn([&group]() -> awaitable<void> {
                    group.cancel();
                    CHECK(group.stopping());
                    co_return;
                });
                co_return;
            };
            co_await async::with_task_group(body);
        },
        "ok");
}

TEST_CASE("a child that emits its own cancellation and ends is still heard of") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn([&group]() -> awaitable<void> {
                    group.cancel();
                    // lets the posted cancel run, and stays: its state is cancelled when it ends without an await
                    asio::any_io_executor const executor = co_await asio::this_coro::executor;
                    co_await asio::this_coro::throw_if_cancelled(false);
                    co_await asio::post(executor, asio::use_awaitable);
                    asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
                    CHECK(state.cancelled() != asio::cancellation_type::none);
                    co_await asio::this_coro::throw_if_cancelled(true);
                });
                co_return;
            };
            co_await async::with_task_group(body);
        },
        "ok");
}

TEST_CASE("children may spawn children") {
    on_every_context(
        []() -> awaitable<void> {
            int n = 0;
            auto const body = [&n](task_group& group) -> awaitable<void> {
                group.spawn([&n, &group]() -> awaitable<void> {
                    for (int i = 0; i < 3; ++i) {
                        co_await nap(200us);
                        group.spawn([&n]() -> awaitable<void> {
                            co_await nap(500us);
                            ++n;
                        });
                    }
                });
                co_return;
            };
            co_await async::with_task_group(body);
            CHECK(n == 3);
        },
        "ok");
}

TEST_CASE("groups nest: an inner error ends the outer group") {
    on_every_context(
        []() -> awaitable<void> {
            auto const outer = [](task_group& group) -> awaitable<void> {
                for (int k = 0; k < 3; ++k) {
                    group.spawn([k]() -> awaitable<void> {
                        auto const inner = [k](task_group& within) -> awaitable<void> {
                            for (int i = 0; i < 4; ++i) within.spawn(&forever);
                            if (k == 1) co_await fail_with("inner");
                        };
                        co_await async::with_task_group(inner);
                    });
                }
                co_return;
            };
            co_await async::with_task_group(outer);
        },
        "inner");
}

TEST_CASE("groups nest: a cancel goes all the way down") {
    on_every_context(
        []() -> awaitable<void> {
            auto const outer = [](task_group& group) -> awaitable<void> {
                group.spawn([]() -> awaitable<void> {
                    auto const inner = [](task_group& within) -> awaitable<void> {
                        within.spawn(&forever);
                        co_return;
                    };
                    co_await async::with_task_group(inner);
                });
                co_return;
            };
            co_await async::with_task_group(outer);
        },
        "aborted", true);
}

TEST_CASE("a group that stops refuses children and counts the errors it drops") {
    on_every_context(
        []() -> awaitable<void> {
            std::size_t dropped = 0;
            auto const body = [&dropped](task_group& group) -> awaitable<void> {
                for (int i = 0; i < 3; ++i) {
                    group.spawn([]() -> awaitable<void> {
                        bool stopped = false;
                        try {
                            co_await forever();
                        } catch (boost::system::system_error const&) {
                            stopped = true;
                        }
                        if (stopped) throw std::runtime_error("during clean-up");
                    });
                }
                group.spawn(&forever);
                co_await nap(1ms);
                group.cancel();
                CHECK(!group.spawn(&forever));
                co_await asio::this_coro::throw_if_cancelled(false);
                asio::any_io_executor const executor = co_await asio::this_coro::executor;
                while (group.dropped_errors() < 3) co_await asio::post(executor, asio::use_awaitable);
                dropped = group.dropped_errors();
            };
            co_await async::with_task_group(body);
            CHECK(dropped == 3);
        },
        "ok");
}

TEST_CASE("an abort that nobody asked for is an error like any other") {
    on_every_context(
        []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                group.spawn([]() -> awaitable<void> {
                    throw boost::system::system_error(asio::error::operation_aborted);
                    co_return;
                });
                co_return;
            };
            co_await async::with_task_group(body);
        },
        "aborted");
}

TEST_CASE("a cancel that overtakes the start of a child keeps it from running") {
    on_every_context(
        []() -> awaitable<void> {
            bool ran = false;
            auto const body = [&ran](task_group& group) -> awaitable<void> {
                group.spawn([&ran]() -> awaitable<void> {
                    ran = true;
                    co_return;
                });
                group.cancel();
                co_return;
            };
            co_await async::with_task_group(body);
            CHECK(!ran);
        },
        "ok");
}

TEST_CASE("a context may die under a group") {
    {
        asio::io_context context(1);
        started root(context.get_executor(), []() -> awaitable<void> {
            auto const body = [](task_group& group) -> awaitable<void> {
                for (int i = 0; i < 5; ++i) group.spawn(&forever);
                co_return;
            };
            co_await async::with_task_group(body);
        });
        context.poll();
        CHECK(root.result() == "running");
        CHECK(tracker::live == 5);
    }
    CHECK(tracker::live == 0);
}

TEST_CASE("a context with four threads may die under its groups") {
    for (int round = 0; round < 30; ++round) {
        auto context = std::make_unique<asio::io_context>(4);
        for (int i = 0; i < 20; ++i) {
            auto const root = []() -> awaitable<void> {
                auto const body = [](task_group& group) -> awaitable<void> {
                    for (int j = 0; j < 10; ++j) group.spawn(&forever);
                    co_return;
                };
                co_await async::with_task_group(body);
            };
            asio::any_io_executor executor = context->get_executor();
            if (i % 2 == 0) executor = asio::make_strand(*context);
            asio::co_spawn(executor, root, [](std::exception_ptr) {});
        }
        std::vector<std::thread> threads;
        for (int k = 0; k < 4; ++k) threads.emplace_back([&] { context->run_for(2ms); });
        for (std::thread& t : threads) t.join();
        context.reset();
        CHECK(tracker::live == 0);
    }
}

TEST_CASE("what a child's closure owns is gone before the group is left") {
    asio::io_context context(2);
    std::atomic<int> late = 0;
    std::atomic<int> done = 0;
    auto const root = [&]() -> awaitable<void> {
        auto owned = std::make_shared<int>(1);
        std::weak_ptr<int> const watch = owned;
        auto const body = [&](task_group& group) -> awaitable<void> {
            auto child = [o = std::move(owned)]() -> awaitable<void> { co_await nap(100us); };
            group.spawn(std::move(child));
            co_return;
        };
        co_await async::with_task_group(body);
        if (!watch.expired()) ++late;
        ++done;
    };
    for (int i = 0; i < 200; ++i) {
        asio::any_io_executor executor = context.get_executor();
        if (i % 2 == 0) executor = asio::make_strand(context);
        asio::co_spawn(executor, root, [](std::exception_ptr) {});
    }
    std::thread other([&] { context.run(); });
    context.run();
    other.join();
    CHECK(done == 200);
    CHECK(late == 0);
}

namespace {

/// Roots that race children, errors and a cancel; `on_strand` says whether the children run side by side.
struct stress {
    struct operation {
        explicit operation(asio::any_io_executor e) : executor(std::move(e)) {}
        asio::any_io_executor executor;
        asio::cancellation_signal signal;
        bool running = true;
    };

    static awaitable<void> root(int children, int fails, bool slow) {
        auto const body = [=](task_group& group) -> awaitable<void> {
            for (int j = 0; j < children; ++j) {
                group.spawn([j, fails, &group]() -> awaitable<void> {
                    tracker const t;
                    co_await nap(std::chrono::microseconds(j * 97 % 1500));
                    if (j % 5 == 1) group.spawn([] { return nap(300us); });
                    if (j == fails * 5) throw std::runtime_error("x");
                });
            }
            if (slow) co_await nap(1ms);
        };
        co_await async::with_task_group(body);
    }

    void add(asio::any_io_executor const& executor, int i) {
        operation& o = operations.emplace_back(executor);
        int const fails = static_cast<int>(random() % 4);
        int const children = 1 + static_cast<int>(random() % 20);
        auto const after = std::chrono::microseconds(random() % 3000);
        auto const canceller = [&o, after]() -> awaitable<void> {
            co_await nap(after);
            if (o.running) o.signal.emit(asio::cancellation_type::terminal);
        };
        asio::post(executor, [this, &o, fails, children, i, canceller] {
            asio::co_spawn(
                o.executor, [=] { return root(children, fails, i % 3 == 0); },
                asio::bind_cancellation_slot(o.signal.slot(), [this, &o](std::exception_ptr) {
                    o.running = false;
                    ++ended;
                }));
            asio::co_spawn(o.executor, canceller, [](std::exception_ptr) {});
        });
    }

    std::mt19937 random{7};
    std::list<operation> operations;
    std::atomic<int> ended = 0;
};

}  // namespace

TEST_CASE("one thread a context, four contexts, errors and cancels at random") {
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t, &good] {
            asio::io_context context(1);
            if (t % 2 == 0) async::assume_single_threaded(context);
            stress s;
            for (int i = 0; i < 300; ++i) s.add(context.get_executor(), i);
            context.run();
            if (s.ended == 300) ++good;
        });
    }
    for (std::thread& t : threads) t.join();
    CHECK(good == 4);
    CHECK(tracker::live == 0);
}

TEST_CASE("one context, four threads, every root on a strand, errors and cancels at random") {
    asio::io_context context(4);
    stress s;
    for (int i = 0; i < 1500; ++i) s.add(asio::make_strand(context), i);
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) threads.emplace_back([&] { context.run(); });
    for (std::thread& t : threads) t.join();
    CHECK(s.ended == 1500);
    CHECK(tracker::live == 0);
}

TEST_CASE("one context, four threads, children side by side on strands of their own") {
    asio::io_context context(4);
    std::atomic<int> ended = 0;
    std::atomic<int> failed = 0;
    for (int i = 0; i < 300; ++i) {
        auto const root = [i] { return stress::root(1 + i % 20, i % 4, i % 3 == 0); };
        asio::co_spawn(context.get_executor(), root, [&](std::exception_ptr e) {
            if (e) ++failed;
            ++ended;
        });
    }
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) threads.emplace_back([&] { context.run(); });
    for (std::thread& t : threads) t.join();
    CHECK(ended == 300);
    CHECK(failed > 0);
    CHECK(tracker::live == 0);
}
