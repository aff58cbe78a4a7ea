#include "bench_load.hpp"

#include <sluice/async/task_group.hpp>

#include <sys/mman.h>
#include <algorithm>
#include <chrono>
#include <new>

namespace sluice::inline v0::cli {

namespace {

std::vector<std::uint64_t> sizes_of(std::vector<bench_object> const& objects) {
    std::vector<std::uint64_t> sizes;
    for (bench_object const& object : objects) sizes.push_back(object.meta.size);
    return sizes;
}

get_options same_version(object_meta const& object) {
    get_options options;
    options.if_match = object.etag;
    return options;
}

}  // namespace

bench_load::pages::pages(std::size_t size) {
    void* const p =
        ::mmap(nullptr, std::max<std::size_t>(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    memory = {static_cast<std::byte*>(p), size};
}

bench_load::pages::~pages() { ::munmap(memory.data(), std::max<std::size_t>(memory.size(), 1)); }

bench_load::worker::worker(std::size_t size, bool verify) : buffer(size) {
    if (verify) hash.emplace(digest_kind::sha256);
}

bench_load::bench_load(bench_options const& options, std::vector<bench_object> const& objects)
    : options_(options),
      objects_(objects),
      plan_(sizes_of(objects), options.single() ? 0 : options.range_size(), options.repeat) {
    if (options.verify) digests_.resize(plan_.jobs());
    std::size_t const count = std::min(options.in_flight(), plan_.jobs());
    auto const size = static_cast<std::size_t>(std::min(options.range_size(), plan_.largest()));
    for (std::size_t i = 0; i < count; ++i) {
        workers_.push_back(std::make_unique<worker>(size, options.verify));
        workers_.back()->latencies.reserve(std::min<std::size_t>(plan_.jobs() / count * 2 + 16, 1 << 20));
    }
}

awaitable<void> bench_load::work(std::size_t thread) {
    auto const body = [this, thread](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = thread; i < workers_.size(); i += options_.threads)
            group.spawn([this, w = workers_[i].get()] { return run(w); });
        co_return;
    };
    co_await async::with_task_group(body);
}

awaitable<void> bench_load::run(worker* w) {
    for (std::size_t i = next_++; i < plan_.jobs(); i = next_++) {
        auto const begun = std::chrono::steady_clock::now();
        co_await one(w, i);
        w->latencies.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
        if (w->hash) digests_[i] = w->hash->finish();
    }
}

awaitable<void> bench_load::one(worker* w, std::size_t index) {
    bench_plan::job const job = plan_.at(index);
    if (options_.single()) {
        co_await streamed(w, job);
    } else {
        co_await ranged(w, job);
    }
}

awaitable<void> bench_load::ranged(worker* w, bench_plan::job job) {
    bench_object const& object = objects_[job.object];
    byte_range range;  // an empty object has no range to ask for
    if (object.meta.size > 0) range = byte_range::bounded(job.offset, job.length);
    read_result const got = co_await object.from.store->read(object.from.key, range, w->buffer.memory, same_version(object.meta));
    if (got.range.offset != job.offset || got.range.length != job.length)
        throw_error(failure(errc::protocol, "another range came than was asked for"), "bench", object.from.store->uri() + object.from.key);
    if (w->hash) w->hash->add(w->buffer.memory.first(static_cast<std::size_t>(got.range.length)));
}

awaitable<void> bench_load::streamed(worker* w, bench_plan::job job) {
    bench_object const& object = objects_[job.object];
    body_reader body = co_await object.from.store->get(object.from.key, same_version(object.meta));
    std::uint64_t done = 0;
    for (;;) {
        std::size_t const n = co_await body.read_some(w->buffer.memory);
        done += n;
        if (n > 0 && w->hash) w->hash->add(w->buffer.memory.first(n));
        if (n == 0) break;
    }
    if (done != job.length)
        throw_error(failure(errc::truncated, std::to_string(done) + " bytes came"), "bench", object.from.store->uri() + object.from.key);
}

std::vector<double> bench_load::latencies() const {
    std::vector<double> all;
    for (auto const& w : workers_) all.insert(all.end(), w->latencies.begin(), w->latencies.end());
    return all;
}

}  // namespace sluice::inline v0::cli
