#include "support/co_test.hpp"

#include "async/clock.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/wrap/limited.hpp>

#include <algorithm>
#include <atomic>
#include <string>

using namespace sluice;
using namespace sluice::test;

namespace {

awaitable<void> wait_for_ever(std::atomic<bool>* waits) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    *waits = true;
    co_await async::clock::of(executor).sleep_until(async::never);
}

/// Is asked for its bytes, and never has any.
class dry_source final : public payload_source {
public:
    explicit dry_source(std::atomic<bool>* asked) : asked_(asked) {}
    std::uint64_t size() const noexcept override { return 100; }
    awaitable<void> read(std::uint64_t, std::span<std::byte>) override { return wait_for_ever(asked_); }

private:
    std::atomic<bool>* asked_;
};

byte_source dry_stream(std::atomic<bool>* asked) {
    return [asked](std::span<std::byte>) -> awaitable<std::size_t> {
        co_await wait_for_ever(asked);
        co_return 0;
    };
}

byte_source bytes_of(std::size_t size) {
    return [left = std::make_shared<std::size_t>(size)](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = std::min(into.size(), *left);
        std::ranges::fill(into.first(n), std::byte{'x'});
        *left -= n;
        co_return n;
    };
}

awaitable<void> put_from_dry(std::shared_ptr<object_store> store, std::atomic<bool>* asked) {
    payload data(std::make_shared<dry_source>(asked));
    co_await store->put("dry", std::move(data));
}

awaitable<void> until(std::atomic<bool>* what) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    while (!*what) co_await clock.sleep_until(clock.now() + std::chrono::milliseconds(1));
}

awaitable<void> put_twenty(std::shared_ptr<object_store> store, char who, std::atomic<int>* done) {
    for (char i = 'a'; i < 'a' + 20; ++i) {
        payload data("content");
        std::string const key{who, i};
        co_await store->put(key, std::move(data));
        ++*done;
    }
}

put_stream_options tight() {
    put_stream_options o;
    o.part_size = o.memory_limit = 1000;
    return o;
}

awaitable<void> stream_one(std::shared_ptr<object_store> store, std::string key, byte_source from, std::atomic<int>* done) {
    co_await put_stream(store, key, from, tight());
    ++*done;
}

}  // namespace

CO_TEST("load: of four producers for three places one never feeds: it holds its place, and the others go on through the rest") {
    limited_options three;
    three.operations = 3;
    std::shared_ptr<object_store> const inner = make_memory_store("slots");
    std::shared_ptr<object_store> const store = make_limited(inner, three);
    std::atomic<bool> asked = false;
    std::atomic<int> done = 0;
    auto all = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&] { return put_from_dry(store, &asked); });
        co_await until(&asked);
        auto others = [&](async::task_group& inside) -> awaitable<void> {
            for (char who = '1'; who <= '3'; ++who) inside.spawn([&, who] { return put_twenty(store, who, &done); });
            co_return;
        };
        co_await async::with_task_group(others);
        CHECK(done == 60);
        group.cancel();
    };
    co_await async::with_task_group(all);
    list_page const page = co_await list_all(inner, "");
    CHECK(page.objects.size() == 60);
    std::atomic<int> again = 0;
    auto whole = [&](async::task_group& group) -> awaitable<void> {
        for (char who = '4'; who <= '6'; ++who) group.spawn([&, who] { return put_twenty(store, who, &again); });
        co_return;
    };
    co_await async::with_task_group(whole);
    CHECK(again == 60);
}

CO_TEST("load: a stream that never feeds holds no place: five streams end through the only one") {
    limited_options one;
    one.operations = 1;
    one.bytes = 1500;
    std::shared_ptr<object_store> const inner = make_memory_store("slots");
    std::shared_ptr<object_store> const store = make_limited(inner, one);
    std::atomic<bool> asked = false;
    std::atomic<int> done = 0;
    auto all = [&](async::task_group& group) -> awaitable<void> {
        byte_source const dry = dry_stream(&asked);
        group.spawn([&] { return stream_one(store, "dry", dry, &done); });
        co_await until(&asked);
        auto others = [&](async::task_group& inside) -> awaitable<void> {
            for (char who = '1'; who <= '5'; ++who)
                inside.spawn([&, who] { return stream_one(store, std::string(1, who), bytes_of(10'500), &done); });
            co_return;
        };
        co_await async::with_task_group(others);
        CHECK(done == 5);
        group.cancel();
    };
    co_await async::with_task_group(all);
    CHECK(done == 5);
    list_page const page = co_await list_all(inner, "");
    CHECK(page.objects.size() == 5);
    for (object_meta const& object : page.objects) CHECK(object.size == 10'500);
}
