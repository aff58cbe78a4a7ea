// Full speed against a server in this process, with faults, for a long time: soak [--seconds N]
#include "soak/samples.hpp"
#include "soak/worker.hpp"

#include "async/clock.hpp"
#include "http/pool.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/s3.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr unsigned workers = 64;
constexpr std::size_t most_connections = 32;

std::shared_ptr<object_store> store_on(testing::s3_server const& server) {
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = server.endpoint();
    testing::s3_server_options const known;
    settings.credentials = static_credentials(credentials(known.access_key, known.secret_key));
    settings.pool.max_connections = most_connections;
    settings.timeouts.first_byte = settings.timeouts.stall = 5s;
    settings.retry.base = 1ms;
    settings.retry.cap = 20ms;
    settings.write_checksums = settings.read_checksums = checksum_mode::when_supported;
    return make_s3_store(settings);
}

struct soaking {
    explicit soaking(std::uint64_t seconds) : seconds(seconds), store(store_on(server)) {
        server.on_request([this](testing::s3_request_view const& r) { return soak::befalls(r, all); });
    }

    /// Looks at the process ten times a second, and ends it all.
    awaitable<void> watch() {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        async::clock& clock = async::clock::of(executor);
        async::time_point const end = clock.now() + std::chrono::seconds(seconds);
        while (clock.now() < end && all.wrong.empty()) {
            co_await clock.sleep_until(clock.now() + 100ms);
            soak::sample now = soak::sample_of_process();
            http::pool_core::counts const pool = http::pool::of(executor).count();
            now.connections = pool.open;
            now.waiting = pool.waiting;
            samples.push_back(now);
        }
        over = true;
    }

    awaitable<void> run() {
        auto body = [this](async::task_group& group) -> awaitable<void> {
            for (unsigned i = 0; i < workers; ++i) group.spawn([this, i] { return soak::work(store, i, &over, &all); });
            co_await watch();
        };
        co_await async::with_task_group(body);
    }

    std::uint64_t const seconds;
    testing::s3_server server;
    std::shared_ptr<object_store> store;
    soak::counts all;
    std::vector<soak::sample> samples;
    bool over = false;
};

bool failed = false;

void check(bool const good, std::string const& what) {
    if (!good) std::printf("FAIL soak: %s\n", what.c_str());
    failed = failed || !good;
}

void judge(soaking& s) {
    soak::ends const both = soak::ends_of(s.samples);
    std::printf("first quarter: %s\n", soak::text_of(both.first).c_str());
    std::printf("last quarter:  %s\n", soak::text_of(both.last).c_str());
    soak::sample noise;
    noise.resident = noise.heap = 4 << 20;
    noise.descriptors = noise.connections = 2;
    noise.waiting = 4;
    for (std::string const& one : soak::grown(both, noise)) check(false, one);
    check(s.all.wrong.empty(), s.all.wrong);
    check(s.server.counts().refused == 0, "the server was sent nonsense: " + s.server.counts().last_refusal);
    check(s.server.uploads_open() == 0, std::to_string(s.server.uploads_open()) + " uploads are left");
    check(s.all.done > 0 && s.all.faults > 0 && s.all.cancelled > 0, "nothing happened");
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seconds = 600;
    for (int i = 1; i + 1 < argc; ++i)
        if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::strtoull(argv[i + 1], nullptr, 10);
    soaking s(seconds);
    boost::asio::io_context context(1);
    async::assume_single_threaded(context);
    std::exception_ptr failure;
    boost::asio::co_spawn(
        context, [&s] { return s.run(); }, [&failure](std::exception_ptr e) { failure = e; });
    context.run_for(std::chrono::seconds(seconds + 120));
    check(context.stopped(), "something is left on the context that keeps it running");
    check(failure == nullptr, "it ended with an exception");
    http::pool_core::counts const pool = http::pool::of(context.get_executor()).count();
    check(pool.open == pool.idle && pool.waiting == 0, "connections are left that nobody uses");
    judge(s);
    std::printf("%s soak: %llu s, %llu operations done, %llu failed, %llu cancelled, %llu faults\n", failed ? "sum of" : "PASS",
                static_cast<unsigned long long>(seconds), static_cast<unsigned long long>(s.all.done),
                static_cast<unsigned long long>(s.all.failed), static_cast<unsigned long long>(s.all.cancelled),
                static_cast<unsigned long long>(s.all.faults.load()));
    return failed ? 1 : 0;
}
