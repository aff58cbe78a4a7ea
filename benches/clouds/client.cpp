// sluice against benches/clouds/server.cpp. One JSON line of the work phase on stdout.
//   client get STORE PORT SIZE [NAME=VALUE..]     an object of SIZE bytes into the caller's memory
//   client put STORE PORT SIZE [NAME=VALUE..]     an upload of SIZE bytes in parts from one buffer
// STORE: s3, azure, gcs; s3+crc32c, azure+crc64: with checksums (gcs always has them). Names: strategy (single, ranges, sharded),
// threshold, part, in_flight, times, threads; what is not named is the store's own.
#include "../loopback/meter.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/azure.hpp>
#include <sluice/gcs.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>

#include <sys/mman.h>
#include <atomic>
#include <cstdlib>
#include <map>
#include <optional>

using namespace sluice;

namespace {

class arguments {
public:
    arguments(int count, char** words) {
        for (int i = 0; i < count; ++i) {
            std::string const word = words[i];
            std::size_t const equals = word.find('=');
            given_[word.substr(0, equals)] = equals == word.npos ? std::string() : word.substr(equals + 1);
        }
    }
    std::string text(std::string const& name) const { return given_.contains(name) ? given_.at(name) : std::string(); }
    std::optional<std::uint64_t> number(std::string const& name) const {
        if (!given_.contains(name)) return std::nullopt;
        return std::strtoull(given_.at(name).c_str(), nullptr, 10);
    }

private:
    std::map<std::string, std::string> given_;
};

template <class Settings>
Settings settings_for(std::string endpoint, std::size_t connections) {
    Settings settings;
    settings.endpoint = std::move(endpoint);
    settings.pool.max_connections = settings.pool.max_idle = connections;
    return settings;
}

std::shared_ptr<object_store> open_store(std::string const& which, std::string const& port, std::size_t connections) {
    std::string const here = "http://127.0.0.1:" + port;
    if (which.starts_with("azure")) {
        auto settings = settings_for<azure_settings>(here + "/account", connections);
        settings.account = "account";
        settings.container = "bucket";
        settings.account_key = "c2VjcmV0";
        settings.checksum = which == "azure" ? azure_checksum::none : azure_checksum::crc64;
        return make_azure_store(settings);
    }
    if (which.starts_with("gcs")) {
        auto settings = settings_for<gcs_settings>(here, connections);
        settings.bucket = "bucket";
        return make_gcs_store(settings);
    }
    auto settings = settings_for<s3_settings>(here, connections);
    settings.bucket = "bucket";
    settings.credentials = static_credentials(credentials("AKIDEXAMPLE", "secret"));
    settings.write_checksums = settings.read_checksums = which == "s3" ? checksum_mode::off : checksum_mode::when_supported;
    settings.checksum = checksum_algorithm::crc32c;
    return make_s3_store(settings);
}

range_engine_options options_of(arguments const& given, async::runtime const& runtime) {
    range_engine_options options;
    std::string const strategy = given.text("strategy");
    if (strategy == "single") options.strategy = read_strategy::single;
    if (strategy == "ranges") options.strategy = read_strategy::ranges;
    if (strategy == "sharded") options.strategy = read_strategy::sharded;
    options.threshold = given.number("threshold");
    options.part_size = given.number("part");
    options.least_part = given.number("least");
    options.parts_in_flight = given.number("in_flight");
    options.contexts = runtime.executors();
    return options;
}

void get(std::shared_ptr<object_store> store, std::uint64_t size, arguments const& given) {
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    std::span<std::byte> const buffer(static_cast<std::byte*>(memory), size);
    async::runtime runtime(given.number("threads").value_or(1));
    range_engine_options const options = options_of(given, runtime);
    std::uint64_t const times = given.number("times").value_or(1);
    object_key const key = "obj-" + std::to_string(size);
    bench::meter const work;
    std::vector<double> seconds;
    auto const main = [&]() -> awaitable<void> {
        for (std::uint64_t i = 0; i < times; ++i) {
            auto const began = std::chrono::steady_clock::now();
            co_await read_ranged(store, key, byte_range::whole(), buffer, options);
            seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
        }
    };
    runtime.run(main);
    work.print(times * size, times, seconds);
}

void put(std::shared_ptr<object_store> store, std::uint64_t size, arguments const& given) {
    std::uint64_t const part = given.number("part").value_or(8ull << 20), parts = size / part;
    std::uint64_t const in_flight = given.number("in_flight").value_or(16), threads = given.number("threads").value_or(1);
    bytes const data = bytes::copy_of(std::string(part, 'x'));
    async::runtime runtime(threads);
    bench::meter const work;
    std::optional<upload> to;
    runtime.run([&]() -> awaitable<void> {
        upload begun = co_await store->create_upload("up");
        to.emplace(std::move(begun));
    });
    std::atomic<std::uint64_t> next = 0;
    auto const worker = [&]() -> awaitable<void> {
        for (std::uint64_t i = next++; i < parts; i = next++) {
            payload piece(data);
            part_place const where{static_cast<std::uint32_t>(i + 1), i * part};
            co_await to->write(where, std::move(piece));
        }
    };
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (std::uint64_t i = 0; i < std::max<std::uint64_t>(in_flight / threads, 1); ++i) group.spawn([&] { return worker(); });
        co_return;
    };
    runtime.run_on_all([&](std::size_t) -> awaitable<void> { co_await async::with_task_group(all); });
    runtime.run([&]() -> awaitable<void> { co_await to->complete(); });
    work.print(parts * part, parts);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    std::string const what = argv[1];
    std::uint64_t const size = std::strtoull(argv[4], nullptr, 10);
    arguments const given(argc - 5, argv + 5);
    std::shared_ptr<object_store> const store = open_store(argv[2], argv[3], given.number("in_flight").value_or(16) + 1);
    if (what == "get") get(store, size, given);
    if (what == "put") put(store, size, given);
}
