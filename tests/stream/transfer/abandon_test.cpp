// Every transfer, broken off, cancelled and abandoned at each of its steps.
#include "support/abandon.hpp"
#include "http/pool.hpp"
#include "stream/s3/fixture.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/wrap/prefixed.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t object_size = 3500;

range_engine_options small_parts(std::size_t in_flight = 3) {
    range_engine_options options;
    options.threshold = options.part_size = 1000;
    options.parts_in_flight = in_flight;
    return options;
}

story on(std::string name) {
    story s;
    s.name = std::move(name);
    s.before = [](scenery& at) {
        at.s3.put("bucket", "k", pattern(object_size));
        at.s3.put("bucket", "l", "small");
        at.s3.put("bucket", "m", "");
    };
    s.always = [](scenery const& at) { CHECK(at.s3.object_count() == 3); };
    return s;
}

}  // namespace

TEST_CASE("abandon: read_ranged") {
    story s = on("read_ranged");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(object_size + 10);
        read_result const got = co_await read_ranged(store, "k", byte_range::whole(), into.span(), small_parts());
        CHECK(got.range == resolved_range{0, object_size});
        CHECK(into.text(object_size) == pattern(object_size));
        CHECK(into.untouched_from(object_size));
    };
    abandon(s);
}

TEST_CASE("abandon: read_ranged over several contexts") {
    story s = on("sharded");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        boost::asio::any_io_executor const here = co_await boost::asio::this_coro::executor;
        range_engine_options options = small_parts();
        options.strategy = read_strategy::sharded;
        options.contexts = {here, here};  // a world has one context; each worker is a coroutine of its own all the same
        poisoned into(object_size + 10);
        read_result const got = co_await read_ranged(store, "k", byte_range::whole(), into.span(), options);
        CHECK(got.range == resolved_range{0, object_size});
        CHECK(into.text(object_size) == pattern(object_size));
        CHECK(into.untouched_from(object_size));
    };
    abandon(s);
}

TEST_CASE("abandon: a long suffix, whose place is asked for first") {
    story s = on("suffix");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(object_size);
        read_result const got = co_await read_ranged(store, "k", byte_range::last(2500), into.span(), small_parts());
        CHECK(got.range == resolved_range{1000, 2500});
        CHECK(into.text(2500) == pattern(object_size).substr(1000));
    };
    abandon(s);
}

TEST_CASE("abandon: get_all") {
    story s = on("get_all");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        whole_object const got = co_await get_all(store, "k", small_parts());
        CHECK(got.data.text() == pattern(object_size));
    };
    abandon(s);
}

TEST_CASE("abandon: get_many") {
    story s = on("get_many");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::vector<object_key> const keys{"l", "k", "m", "l"};
        std::vector<whole_object> const got = co_await get_many(store, keys, 2, small_parts(2));
        REQUIRE(got.size() == 4);
        CHECK(got[0].data.text() == "small");
        CHECK(got[1].data.text() == pattern(object_size));
        CHECK(got[2].data.text() == "");
        CHECK(got[3].data.text() == "small");
    };
    abandon(s);
}

TEST_CASE("abandon: get_ranges") {
    story s = on("get_ranges");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::vector<byte_range> const ranges{byte_range::bounded(3000, 100), byte_range::bounded(10, 20), byte_range::bounded(35, 5),
                                             byte_range::last(7)};
        get_ranges_options options;
        options.gap = 50;
        options.in_flight = 2;
        std::vector<bytes> const got = co_await get_ranges(store, "k", ranges, options);
        std::string const data = pattern(object_size);
        REQUIRE(got.size() == 4);
        CHECK(got[0].text() == data.substr(3000, 100));
        CHECK(got[1].text() == data.substr(10, 20));
        CHECK(got[2].text() == data.substr(35, 5));
        CHECK(got[3].text() == data.substr(object_size - 7));
    };
    abandon(s);
}

TEST_CASE("abandon: stream_ranged and scatter_ranged") {
    for (bool const ordered : {true, false}) {
        story s = on(ordered ? "stream_ranged" : "scatter_ranged");
        s.tell = [ordered](std::shared_ptr<object_store> store) -> awaitable<void> {
            std::string came(object_size, '#');
            std::uint64_t expected = 0;
            part_sink const sink = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
                if (ordered) CHECK(offset == expected);
                expected += part.size();
                came.replace(offset, part.size(), part.text());
                co_return;
            };
            if (ordered) {
                co_await stream_ranged(store, "k", byte_range::whole(), sink, small_parts());
            } else {
                co_await scatter_ranged(store, "k", byte_range::whole(), sink, small_parts());
            }
            CHECK(came == pattern(object_size));
        };
        abandon(s);
    }
}

TEST_CASE("abandon: list_all and remove_prefix, page by page") {
    story s;
    s.name = "pages";
    s.service.page_limit = 2;
    s.operations = 7;
    s.before = [](scenery& at) {
        for (char const* const key : {"a/1", "a/2", "a/3", "b"}) at.s3.put("bucket", key, key);
    };
    s.always = [](scenery const& at) { CHECK(at.s3.get("bucket", "b") == "b"); };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        list_page const all = co_await list_all(store, "a/");
        CHECK(all.objects.size() == 3);
        remove_report const report = co_await remove_prefix(store, "a/");
        throw_refusals(report);
        CHECK(report.removed == 3);
        list_page const left = co_await list_all(store, "a/");
        CHECK(left.objects.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: copy_object, within the service") {
    story s;
    s.name = "copy within";
    s.operations = 3;
    s.before = [](scenery& at) {
        at.s3.put("bucket", "k", pattern(object_size));
        at.s3.put("bucket", "copy", "old");
    };
    s.always = [](scenery const& at) {
        CHECK(at.s3.get("bucket", "k") == pattern(object_size));
        std::string const now = at.s3.get("bucket", "copy").value_or("");
        CHECK((now == "old" || now == pattern(object_size)));
    };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        copied const done = co_await copy_object(store, "k", store, "copy");
        CHECK(done.object.size == object_size);
        CHECK_FALSE(done.put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: copy_object, read in parts as it is put") {
    story s;
    s.name = "copy";
    s.operations = 3;
    s.before = [](scenery& at) {
        at.s3.put("bucket", "k", pattern(object_size));
        at.s3.put("bucket", "copy", "old");
    };
    s.always = [](scenery const& at) {
        CHECK(at.s3.get("bucket", "k") == pattern(object_size));
        std::string const now = at.s3.get("bucket", "copy").value_or("");
        CHECK((now == "old" || now == pattern(object_size)));
    };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        copy_options options;
        options.read = small_parts();
        std::shared_ptr<object_store> const other = make_prefixed(store, "");  // to which the bytes must pass through here
        copied const done = co_await copy_object(store, "k", other, "copy", options);
        CHECK(done.object.size == object_size);
        CHECK_FALSE(done.put.etag.empty());
    };
    abandon(s);
}

namespace {

/// Reads and writes side by side until `server` has seen `requests` more, then all are cancelled. How many of them came to their end.
awaitable<int> cancelled_after(testing::s3_server* server, std::shared_ptr<object_store> store, std::uint64_t requests) {
    std::atomic<int> ended = 0;
    auto const read = [&](object_key key) -> awaitable<void> {
        whole_object const got = co_await get_all(store, key, small_parts());
        CHECK(got.data.text() == pattern(object_size));
        ++ended;
    };
    auto const write = [&](object_key key) -> awaitable<void> {
        co_await store->put(key, payload(pattern(200'000)));
        ++ended;
    };
    std::uint64_t const until = server->counts().requests + requests;
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            group.spawn([&read] { return read("k"); });
            group.spawn([&write, i] { return write("w" + std::to_string(i)); });
        }
        while (server->counts().requests < until && ended < 6) co_await async::sleep_for(std::chrono::microseconds(50));
        group.cancel();
    };
    co_await async::with_task_group(body);
    co_return ended.load();
}

}  // namespace

CO_TEST("abandon: cancelled after so many requests, over sockets and on as many threads as there are") {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    testing::s3_server server;
    server.put("bucket", "k", pattern(object_size));
    auto const store = quick_store(server.endpoint());
    int cut_short = 0;
    for (std::uint64_t n = 0; n < 24; ++n) {
        int const ended = co_await cancelled_after(&server, store, n % 16);
        cut_short += ended < 6;
        http::pool_core::counts const pool = http::pool::of(executor).count();
        CHECK(pool.open == pool.idle);
        CHECK(pool.waiting == 0);
    }
    CHECK(cut_short > 0);
    int const ended = co_await cancelled_after(&server, store, 1'000'000);
    CHECK(ended == 6);
    for (char const* const key : {"w0", "w1", "w2"}) CHECK(server.get("bucket", key) == pattern(200'000));
    CHECK(server.counts().refused == 0);
}

TEST_CASE("abandon: get_file leaves the old file or the new one, and nothing beside it") {
    story s = on("get_file");
    s.files = true;
    s.operations = 2;
    s.before = [fill = s.before](scenery& at) {
        fill(at);
        at.disk.write("/home/file", "old");
    };
    s.always = [](scenery const& at) {
        std::string const now = at.disk.read("/home/file").value_or("");
        CHECK((now == "old" || now == pattern(object_size)));
        CHECK(at.disk.tree("/home").size() <= 3);  // the next copy goes on with the half-written file and its journal
    };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        object_meta const about = co_await get_file(store, "k", "/home/file", small_parts(2));
        CHECK(about.size == object_size);
    };
    abandon(s);
}

TEST_CASE("abandon: put_file") {
    std::string const data = pattern(30'000);
    story s;
    s.name = "put_file";
    s.thinned = 3;
    s.files = true;
    s.operations = 2;
    s.before = [data](scenery& at) {
        at.disk.write("/home/file", data);
        at.s3.remove("bucket", "k");
    };
    s.always = [data](scenery const& at) {
        CHECK(at.s3.get("bucket", "k").value_or(data) == data);
        CHECK(at.disk.tree("/home").size() == 1);
    };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_result const put = co_await put_file(store, "k", "/home/file");
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}
