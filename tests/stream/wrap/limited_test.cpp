#include "support/co_test.hpp"

#include "async/clock.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/memory.hpp>
#include <sluice/wrap/limited.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Counts who reads from it at once; every read lets everybody else run a few times first.
class counting_source final : public payload_source {
public:
    struct counts {
        std::atomic<std::size_t> calls = 0, most_calls = 0, bytes = 0, most_bytes = 0;
    };
    counting_source(counts& shared, std::uint64_t size) : counts_(shared), size_(size) {}
    std::uint64_t size() const noexcept override { return size_; }
    awaitable<void> read(std::uint64_t, std::span<std::byte> into) override {
        under_way const here(counts_, into.size());
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        for (int i = 0; i < 10; ++i) co_await boost::asio::post(executor, boost::asio::use_awaitable);
        std::ranges::fill(into, std::byte{1});
    }

private:
    class under_way {
    public:
        under_way(counts& shared, std::size_t bytes) : counts_(shared), bytes_(bytes) {
            raise(counts_.most_calls, ++counts_.calls);
            raise(counts_.most_bytes, counts_.bytes += bytes_);
        }
        ~under_way() {
            counts_.bytes -= bytes_;
            --counts_.calls;
        }

    private:
        static void raise(std::atomic<std::size_t>& most, std::size_t now) {
            std::size_t seen = most;
            while (seen < now && !most.compare_exchange_weak(seen, now)) continue;
        }
        counts& counts_;
        std::size_t bytes_;
    };

    counts& counts_;
    std::uint64_t size_;
};

awaitable<void> put_many(std::shared_ptr<object_store> store, counting_source::counts* counts, std::size_t many, std::uint64_t size) {
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < many; ++i) {
            group.spawn([&, i]() -> awaitable<void> {
                payload data(std::make_shared<counting_source>(*counts, size));
                co_await store->put("k" + std::to_string(i), std::move(data));
            });
        }
        co_return;
    };
    co_await async::with_task_group(all);
}

}  // namespace

CO_TEST("limited: never more calls under way than allowed, and all are made") {
    limited_options options;
    options.operations = 3;
    std::shared_ptr<object_store> const inner = make_memory_store();
    counting_source::counts counts;
    co_await put_many(make_limited(inner, options), &counts, 40, 10);
    CHECK(counts.most_calls == 3);
    list_page const page = co_await inner->list("");
    CHECK(page.objects.size() == 40);
}

CO_TEST("limited: never more bytes under way than allowed; what is larger than the bound goes alone") {
    limited_options options;
    options.operations = 100;
    options.bytes = 1000;
    counting_source::counts small, large;
    co_await put_many(make_limited(make_memory_store(), options), &small, 30, 300);
    CHECK(small.most_calls == 3);
    CHECK(small.most_bytes == 900);
    co_await put_many(make_limited(make_memory_store(), options), &large, 5, 5000);
    CHECK(large.most_calls == 1);
}

CO_TEST("limited: open bodies and uploads hold nothing, so a copy inside one store ends also with one call at a time") {
    limited_options options;
    options.operations = 1;
    options.bytes = 16;
    std::shared_ptr<object_store> const store = make_limited(make_memory_store(), options);
    payload data(std::string(100, 'x'));
    co_await store->put("from", std::move(data));
    body_reader body = co_await store->get("from");
    upload to = co_await store->create_upload("to");
    std::string piece(30, ' ');
    std::uint64_t offset = 0;
    for (std::uint32_t n = 1;; ++n) {
        std::size_t const got = co_await body.read_some(std::as_writable_bytes(std::span(piece)));
        if (got == 0) break;
        payload part(std::string_view(piece).substr(0, got));
        co_await to.write({n, offset}, std::move(part));
        offset += got;
    }
    co_await to.complete();
    object_meta const about = co_await store->head("to");
    CHECK(about.size == 100);
}

CO_TEST("limited: who is cancelled while waiting has not called, and the next in line is served") {
    limited_options options;
    options.operations = 1;
    std::shared_ptr<object_store> const inner = make_memory_store();
    std::shared_ptr<object_store> const store = make_limited(inner, options);
    counting_source::counts counts;
    auto const race = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&]() -> awaitable<void> {
            payload data(std::make_shared<counting_source>(counts, 1));
            co_await store->put("first", std::move(data));
            throw error(errc::server, error_info());
        });
        group.spawn([&]() -> awaitable<void> {
            payload data(std::make_shared<counting_source>(counts, 1));
            co_await store->put("second", std::move(data));
            payload more(std::make_shared<counting_source>(counts, 1));
            co_await store->put("third", std::move(more));
        });
        co_return;
    };
    errc reason{};
    try {
        co_await async::with_task_group(race);
    } catch (error const& e) {
        reason = e.reason();
    }
    CHECK(reason == errc::server);
    CHECK(counts.calls == 0);
    payload last("x");
    co_await store->put("last", last);
    CHECK(counts.most_calls == 1);
}

TEST_CASE("limited: a limit of zero is refused") {
    limited_options no_calls, no_bytes;
    no_calls.operations = 0;
    no_bytes.bytes = 0;
    CHECK_THROWS_AS(make_limited(make_memory_store(), no_calls), error);
    CHECK_THROWS_AS(make_limited(make_memory_store(), no_bytes), error);
}
