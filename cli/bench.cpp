#include "bench_load.hpp"
#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/json.hpp"
#include "text/percentile.hpp"
#include "verbs.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/range_engine.hpp>

#include <boost/asio/this_coro.hpp>

#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

/// The most memory this program has had. Not ru_maxrss: that begins with what the process had that started this one.
std::uint64_t peak_resident_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
    return 0;
}

/// Time and CPU of this process so far.
struct usage {
    usage() {
        rusage now{};
        ::getrusage(RUSAGE_SELF, &now);
        auto const seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
        user = seconds(now.ru_utime);
        system = seconds(now.ru_stime);
    }
    std::chrono::steady_clock::time_point when = std::chrono::steady_clock::now();
    double user, system;
};

/// Learns size and version of every object, a few at a time.
awaitable<void> learn(std::vector<bench_object>* objects, std::size_t in_flight) {
    std::size_t next = 0;
    auto const work = [&]() -> awaitable<void> {
        while (next < objects->size()) {
            bench_object& object = (*objects)[next++];
            object.meta = co_await object.from.store->head(object.from.key);
        }
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t n = std::min(in_flight, objects->size()); n > 0; --n) group.spawn([&work] { return work(); });
        co_return;
    };
    co_await async::with_task_group(body);
}

bool is_md5(std::string_view etag) { return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

[[noreturn]] void differs(bench_object const& object, std::string const& what) {
    throw_error(failure(errc::checksum_mismatch, what), "bench", object.from.store->uri() + object.from.key);
}

/// Reads every object once more, in order, and holds all that the benchmark read against it.
awaitable<void> verify(bench_load const* load, std::vector<bench_object> const* objects, range_engine_options engine) {
    bench_plan const& plan = load->plan();
    for (std::size_t o = 0; o < objects->size(); ++o) {
        bench_object const& object = (*objects)[o];
        digest whole(digest_kind::md5), part(digest_kind::sha256);
        std::size_t job = plan.first_of(o);
        std::uint64_t left = plan.at(job).length;
        auto const compare = [&] {
            digest::value const right = part.finish();
            for (std::size_t i = job; i < plan.jobs(); i += plan.jobs_of_one_pass())
                if (load->digests()[i] != right) differs(object, "the bytes from " + std::to_string(plan.at(job).offset) + " on differ");
            if (++job < plan.first_of(o + 1)) left = plan.at(job).length;
        };
        part_sink const check = [&](std::uint64_t, bytes data) -> awaitable<void> {
            whole.add(data.view());
            for (std::span<std::byte const> rest = data.view(); !rest.empty();) {
                auto const n = static_cast<std::size_t>(std::min<std::uint64_t>(left, rest.size()));
                part.add(rest.first(n));
                rest = rest.subspan(n);
                left -= n;
                if (left == 0) compare();
            }
            co_return;
        };
        engine.get.if_match = object.meta.etag;
        co_await stream_ranged(object.from.store, object.from.key, byte_range::whole(), check, engine);
        if (object.meta.size == 0) compare();
        std::string_view const etag = plain_etag(object.meta.etag);
        if (is_md5(etag) && hex(whole.finish(), 16) != etag) differs(object, "the bytes are not those of the ETag");
    }
}

json_object latency_json(std::vector<double> seconds) {
    std::ranges::sort(seconds);
    json_object out;
    auto const add = [&](char const* name, double share) { out.add(name, percentile(seconds, share) * 1e3); };
    add("p50", 0.5);
    add("p90", 0.9);
    add("p99", 0.99);
    add("max", 1);
    return out;
}

std::string result_json(bench_options const& options, bench_load const& load, usage const& before, usage const& after) {
    auto const bytes = static_cast<double>(load.plan().bytes());
    double const wall = std::chrono::duration<double>(after.when - before.when).count();
    double const user = after.user - before.user, system = after.system - before.system;
    double const gib = bytes / static_cast<double>(1ull << 30);
    bool const single = options.single();
    json_object out;
    out.add("bytes", load.plan().bytes()).add("requests", load.plan().jobs()).add("wall_s", wall);
    out.add("cpu_user_s", user).add("cpu_sys_s", system).add("peak_rss_bytes", peak_resident_bytes());
    out.add("gb_per_s", wall > 0 ? bytes / 1e9 / wall : 0.0);
    if (gib > 0) {
        out.add("cpu_s_per_gib", (user + system) / gib);
    } else {
        out.add_raw("cpu_s_per_gib", "null");
    }
    out.add("latency_ms", latency_json(load.latencies()));
    out.add("strategy", single ? "single" : "ranges").add("range_size", options.range_size());
    out.add("in_flight", options.in_flight()).add("repeat", options.repeat).add("threads", options.threads);
    out.add("objects", options.uris.size()).add("verified", options.verify).add("version", SLUICE_VERSION);
    return out.text() + '\n';
}

awaitable<void> print(std::string text) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    co_await out.write(std::move(text));
}

}  // namespace

void run_bench(session& at, bench_options const& options) {
    std::size_t const in_flight = options.in_flight();
    pool_options& pool = at.settings().pool;
    pool.max_connections = std::max(pool.max_connections, in_flight);
    pool.max_idle = std::max(pool.max_idle, in_flight);
    std::vector<bench_object> objects;
    for (std::string const& uri : options.uris) {
        objects.emplace_back();
        objects.back().from = at.open_object(uri);
    }
    at.run([&] { return learn(&objects, in_flight); });

    bench_load load(options, objects);
    usage const before;
    at.run_on_all([&load](std::size_t thread) { return load.work(thread); });
    usage const after;

    if (options.verify) at.run([&] { return verify(&load, &objects, engine_options(at, options.transfer)); });
    at.run([&] { return print(result_json(options, load, before, after)); });
}

}  // namespace sluice::inline v0::cli
