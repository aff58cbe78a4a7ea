#include "world_store.hpp"

#include "async/clock.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>

#include <map>
#include <string>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t operations = 10'000;

struct sums {
    std::size_t done = 0, cancelled = 0, odd = 0;
    std::chrono::nanoseconds latest{0};  ///< after its cancel
};

awaitable<void> operate(world_store* at, std::size_t number) {
    if (number % 4 == 0) {
        payload data(std::string(20'000, 'x'));
        co_await at->store->put("new", std::move(data));
    } else if (number % 4 == 1) {
        std::string room(200'000, '\0');
        co_await at->store->read("large", byte_range::whole(), std::as_writable_bytes(std::span(room)));
    } else if (number % 4 == 2) {
        body_reader body = co_await at->store->get("large");
        std::string room(200'000, '\0');
        co_await body.read_all(std::as_writable_bytes(std::span(room)));
    } else {
        co_await list_all(at->store, "");
    }
}

/// Cancelled after `patience`, whatever it is at then.
awaitable<void> cancelled(world_store* at, std::size_t number, std::chrono::nanoseconds patience, sums* all) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    async::time_point const when = clock.now() + patience;
    bool done = false;
    auto body = [&](async::task_group& group) -> awaitable<void> {
        auto stop = [&clock, &group, when]() -> awaitable<void> {
            co_await clock.sleep_until(when);
            group.cancel();
        };
        group.spawn(stop);
        co_await operate(at, number);
        done = true;
        group.cancel();
    };
    try {
        co_await async::with_task_group(body);
    } catch (boost::system::system_error const& e) {
        if (e.code() != errc::cancelled) ++all->odd;
    }
    ++(done ? all->done : all->cancelled);
    if (!done) all->latest = std::max(all->latest, std::chrono::nanoseconds(clock.now() - when));
}

awaitable<void> storm(world_store* at, sums* all, std::map<std::string, int>* phases) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < operations; ++i) {
            co_await clock.sleep_until(clock.now() + 100us);
            std::chrono::nanoseconds const patience = std::chrono::microseconds(at->world.pick(10'000));
            group.spawn([=] { return cancelled(at, i, patience, all); });
            http::pool_core::counts const now = at->pool();
            if (now.waiting > 0) ++(*phases)["waits for a connection"];
            if (now.open > now.idle) ++(*phases)["has a connection"];
        }
    };
    co_await async::with_task_group(body);
}

}  // namespace

TEST_CASE(
    "load: more than five thousand cancels in one second, of operations at whatever they are at, end them at once and leave nothing") {
    world_store at(2, 24);
    at.server.put("bucket", "large", std::string(150'000, 'l'));
    sums all;
    std::map<std::string, int> phases;
    at.world.run([&] { return storm(&at, &all, &phases); });
    MESSAGE(all.cancelled << " cancelled, " << all.done << " done before");
    CHECK(all.done + all.cancelled == operations);
    CHECK(all.odd == 0);
    CHECK(all.latest == 0ns);
    CHECK(all.cancelled >= 5'000);
    CHECK(all.done > 100);
    CHECK(phases["waits for a connection"] > 100);
    CHECK(phases["has a connection"] > 100);
    std::string text;
    auto const after = [&]() -> awaitable<void> {
        payload data("still works");
        co_await at.store->put("after", std::move(data));
        whole_object const got = co_await get_all(at.store, "after");
        text = std::string(got.data.text());
    };
    at.world.run(after);
    CHECK(text == "still works");
    at.check_rest();
}
