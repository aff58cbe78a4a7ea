// sluice against a static server: what the README's figures are made of. One JSON line of the work phase on stdout.
//   client get ENDPOINT TIMES THREADS [CA]     the object "big" (1 GiB) into the caller's memory, 8 MiB ranges, 16 in flight
//   client small ENDPOINT COUNT THREADS        signed GETs of 4 KiB objects, 64 in flight
//   client stream ENDPOINT KEY                 in order, 32 MiB window, dropped
//   client idle ENDPOINT CONNECTIONS [CA]      that many connections open and idle; peak_rss_kib and rss_kib
#include "meter.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>

#include <sys/mman.h>
#include <unistd.h>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

using namespace sluice;

namespace {

constexpr std::size_t total = 1ull << 30, part = 8ull << 20;

std::shared_ptr<object_store> open_store(std::string endpoint, std::string ca, std::size_t connections) {
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = std::move(endpoint);
    settings.region = "us-east-1";
    settings.ca_file = std::move(ca);
    settings.credentials = static_credentials(credentials("AKIDEXAMPLE", "secret"));
    settings.pool.max_connections = settings.pool.max_idle = connections;
    return make_s3_store(settings);
}

void get(std::shared_ptr<object_store> store, std::size_t times, std::size_t threads) {
    void* const memory = mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    std::span<std::byte> const buffer(static_cast<std::byte*>(memory), total);
    async::runtime runtime(threads);
    range_engine_options options;
    options.threshold = options.part_size = part;
    options.parts_in_flight = 16 / threads;
    bench::meter const work;
    auto const one_thread = [&](std::size_t i) -> awaitable<void> {
        std::size_t const share = total / threads;
        for (std::size_t n = 0; n < times; ++n)
            co_await read_ranged(store, "big", byte_range::bounded(i * share, share), buffer.subspan(i * share, share), options);
    };
    runtime.run_on_all(one_thread);
    work.print(times * total, times * (total / part));
}

void small(std::shared_ptr<object_store> store, std::size_t count, std::size_t threads) {
    std::vector<std::vector<double>> latencies(threads);
    async::runtime runtime(threads);
    bench::meter const work;
    auto const one_thread = [&](std::size_t t) -> awaitable<void> {
        std::size_t next = t;
        latencies[t].reserve(count / threads + 1);
        auto worker = [&]() -> awaitable<void> {
            std::vector<std::byte> into(4096);
            for (std::size_t i = next; i < count; i = next) {
                next += threads;
                char key[32];
                std::snprintf(key, sizeof key, "small/%05zu", i * 7919 % 10'000);
                auto const begin = std::chrono::steady_clock::now();
                read_result const got = co_await store->read(key, byte_range::whole(), into);
                if (got.range.length != 4096) std::abort();
                latencies[t].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            }
        };
        auto body = [&](async::task_group& group) -> awaitable<void> {
            for (std::size_t n = 0; n < 64 / threads; ++n) group.spawn([&] { return worker(); });
            co_return;
        };
        co_await async::with_task_group(body);
    };
    runtime.run_on_all(one_thread);
    std::vector<double> all;
    for (auto const& l : latencies) all.insert(all.end(), l.begin(), l.end());
    std::size_t const requests = all.size();
    work.print(requests * 4096, requests, std::move(all));
}

void stream(std::shared_ptr<object_store> store, object_key key) {
    async::runtime runtime(1);
    range_engine_options options;
    options.threshold = options.part_size = 2ull << 20;
    options.memory_limit = 32ull << 20;
    std::uint64_t bytes_seen = 0;
    bench::meter const work;
    auto const main = [&]() -> awaitable<void> {
        part_sink const count = [&](std::uint64_t, bytes piece) -> awaitable<void> {
            bytes_seen += piece.size();
            co_return;
        };
        co_await stream_ranged(store, key, byte_range::whole(), count, options);
    };
    runtime.run(main);
    work.print(bytes_seen, bytes_seen / *options.part_size);
}

long resident_kib() {
    long pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

void idle(std::shared_ptr<object_store> store, std::size_t connections) {
    async::runtime runtime(1);
    long before = 0, with_idle = 0;
    auto const main = [&]() -> awaitable<void> {
        before = resident_kib();
        {
            std::vector<body_reader> bodies;
            std::vector<std::byte> into(4096);
            for (std::size_t i = 0; i < connections; ++i) {
                body_reader body = co_await store->get("small/00001");
                bodies.push_back(std::move(body));
            }
            for (body_reader& body : bodies) co_await body.read_all(into);
        }
        with_idle = resident_kib();
    };
    runtime.run(main);
    std::printf("{\"connections\":%zu,\"rss_before_kib\":%ld,\"rss_idle_kib\":%ld}\n", connections, before, with_idle);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    std::string const what = argv[1];
    auto const number = [&](int i) { return argc > i ? std::strtoul(argv[i], nullptr, 10) : 1ul; };
    if (what == "get") get(open_store(argv[2], argc > 5 ? argv[5] : "", 64), number(3), number(4));
    if (what == "small") small(open_store(argv[2], "", 256), number(3), number(4));
    if (what == "stream") stream(open_store(argv[2], "", 64), argv[3]);
    if (what == "idle") idle(open_store(argv[2], argc > 4 ? argv[4] : "", number(3)), number(3));
}
