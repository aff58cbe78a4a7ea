#include "cases.hpp"
#include "loopback/meter.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/file.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <cstdio>
#include <random>
#include <stdexcept>

using namespace sluice;

namespace {

constexpr unsigned in_flight = 32;

std::shared_ptr<object_store> open_store(std::string folder, durability keep = durability::none) {
    file_settings settings;
    settings.root = std::move(folder);
    settings.keep = keep;
    return make_file_store(settings);
}

range_engine_options in_one_request() {
    range_engine_options options;
    options.strategy = read_strategy::single;
    return options;
}

/// `worker`, so often as is to be in flight, on the one thread of `runtime`.
void side_by_side(async::runtime& runtime, std::function<awaitable<void>()> const& worker) {
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0; i < in_flight; ++i) group.spawn([&worker] { return worker(); });
        co_return;
    };
    runtime.run([&]() -> awaitable<void> { co_await async::with_task_group(body); });
}

/// `one(i)` for every i below `count`, `in_flight` at once, on one thread.
void many(unsigned count, std::function<awaitable<void>(unsigned)> const& one) {
    async::runtime runtime(1);
    unsigned next = 0;
    auto const worker = [&]() -> awaitable<void> {
        while (next < count) {
            auto const i = next++;
            co_await one(i);
        }
    };
    bench::meter const meter;
    side_by_side(runtime, worker);
    meter.print(std::uint64_t{count} * bench::small_size, count);
}

}  // namespace

std::string bench::small_name(unsigned i) {
    char name[32];
    std::snprintf(name, sizeof name, "f%07u", i);
    return name;
}

void bench::into_memory(std::string folder, std::string key, unsigned times) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder));
    async::runtime runtime(1);
    object_meta about;
    runtime.run([&]() -> awaitable<void> { about = co_await store->head(key); });
    std::span<std::byte> const into = populated(about.size);
    bench::meter const meter;
    auto const main = [&]() -> awaitable<void> {
        for (unsigned n = 0; n < times; ++n) co_await read_ranged(store, key, byte_range::whole(), into, in_one_request());
    };
    runtime.run(main);
    meter.print(times * about.size, times);
}

void bench::in_order(std::string folder, std::string key, unsigned times) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder));
    async::runtime runtime(1);
    std::uint64_t seen = 0;
    bench::meter const meter;
    auto const main = [&]() -> awaitable<void> {
        std::vector<std::byte> into(std::size_t{128} << 10);  // as cat
        for (unsigned n = 0; n < times; ++n) {
            body_reader body = co_await store->get(key, get_options());
            for (std::size_t got = 1; got != 0; seen += got) got = co_await body.read_some(into);
        }
    };
    runtime.run(main);
    meter.print(seen, times);
}

void bench::stream(std::string folder, std::string key, unsigned times) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder));
    async::runtime runtime(1);
    std::uint64_t seen = 0;
    bench::meter const meter;
    auto const main = [&]() -> awaitable<void> {
        part_sink const count = [&](std::uint64_t, bytes part) -> awaitable<void> {
            seen += part.size();
            co_return;
        };
        range_engine_options options = in_one_request();
        options.part_size = std::uint64_t{256} << 10;  // stays in the processor's cache
        for (unsigned n = 0; n < times; ++n) co_await stream_ranged(store, key, byte_range::whole(), count, options);
    };
    runtime.run(main);
    meter.print(seen, times);
}

void bench::ranges(std::string folder, std::string key, std::size_t block, unsigned seconds, bool direct) {
    file_settings settings;
    settings.root = std::move(folder);
    settings.access = direct ? file_access::direct : file_access::buffered;
    std::shared_ptr<object_store> const store = make_file_store(settings);
    async::runtime runtime(1);
    object_meta about;
    runtime.run([&]() -> awaitable<void> { about = co_await store->head(key, head_options()); });
    std::minstd_rand draw;
    std::uniform_int_distribution<std::uint64_t> any(0, about.size / block - 1);
    std::uint64_t done = 0;
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    auto const worker = [&]() -> awaitable<void> {
        std::span<std::byte> const into = bench::populated(block);  // whole pages, as long as the program lives
        for (; std::chrono::steady_clock::now() < end; ++done) {
            byte_range const next = byte_range::bounded(any(draw) * block, block);
            co_await store->read(key, next, into, get_options());
        }
    };
    bench::meter const meter;
    side_by_side(runtime, worker);
    meter.print(done * block, done);
    if (direct && resident_pages(settings.root + '/' + key) > about.size / 4096 / 100)
        throw std::runtime_error("what was read is in the page cache: the store is not direct");
}

void bench::list(std::string folder) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder));
    async::runtime runtime(1);
    std::uint64_t bytes_seen = 0, keys = 0;
    bench::meter const meter;
    auto const main = [&]() -> awaitable<void> {
        page_visitor const count = [&](list_page page) -> awaitable<bool> {
            for (object_meta const& object : page.objects) bytes_seen += object.size;
            keys += page.objects.size();
            co_return true;
        };
        co_await for_each_page(store, "", list_options(), count);
    };
    runtime.run(main);
    meter.print(bytes_seen, keys);
}

void bench::put_small(std::string folder, unsigned count, bool durable) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder), durable ? durability::file_and_directory : durability::none);
    bytes const content = bytes::copy_of(std::string(small_size, 'x'));
    many(count, [&](unsigned i) -> awaitable<void> {
        payload data(content);
        co_await store->put(small_name(i), std::move(data), put_options());
    });
}

void bench::get_small(std::string folder, unsigned count) {
    std::shared_ptr<object_store> const store = open_store(std::move(folder));
    many(count, [&](unsigned i) -> awaitable<void> {
        std::vector<std::byte> into(small_size);
        read_result const got = co_await store->read(small_name(i), byte_range::whole(), into, get_options());
        if (got.range.length != small_size) throw std::runtime_error("an object is not of the size it was written with");
    });
}
