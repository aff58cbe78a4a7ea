#pragma once

#include "digest.hpp"
#include "options.hpp"
#include "session.hpp"
#include "text/bench_plan.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sluice::inline v0::cli {

/// An object to be read again and again, always the same version.
struct bench_object {
    opened from;
    object_meta meta;
};

/// The work of a benchmark: a pool of workers over all threads that take one request after the other from one plan.
///
/// Everything is allocated, and its memory faulted in, by the constructor.
class bench_load {
public:
    bench_load(bench_options const& options, std::vector<bench_object> const& objects);

    /// What thread `thread` does until the plan is done.
    awaitable<void> work(std::size_t thread);

    bench_plan const& plan() const noexcept { return plan_; }
    /// Seconds of each request, in no order.
    std::vector<double> latencies() const;
    /// With --verify: the SHA-256 of each request's bytes, in the plan's order.
    std::vector<digest::value> const& digests() const noexcept { return digests_; }

private:
    struct pages {
        explicit pages(std::size_t size);
        ~pages();
        pages(pages const&) = delete;
        pages& operator=(pages const&) = delete;
        std::span<std::byte> memory;
    };
    struct worker {
        worker(std::size_t size, bool verify);
        pages buffer;
        std::vector<double> latencies;
        std::optional<digest> hash;
    };

    awaitable<void> run(worker* w);
    awaitable<void> one(worker* w, std::size_t index);
    awaitable<void> ranged(worker* w, bench_plan::job job);
    awaitable<void> streamed(worker* w, bench_plan::job job);

    bench_options const& options_;
    std::vector<bench_object> const& objects_;
    bench_plan plan_;
    std::vector<digest::value> digests_;
    std::vector<std::unique_ptr<worker>> workers_;
    std::atomic<std::size_t> next_ = 0;
};

}  // namespace sluice::inline v0::cli
