// large [--gib N] [KIND..]: an object of N (12) GiB from and to a service of each KIND (s3, azure, gcs) in this process, which makes it up
// and sums it up as it passes; and with several kinds a copy between the last two. Both ends must have seen the same bytes, and process and
// service together must stay below 64 MiB.
#include "large/service.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice;
using large::piece;

namespace {

constexpr std::uint64_t part = large::front_of_whole, in_flight = 4, allowed = 64 << 20;

/// Of this process, since the last call; and begins anew.
std::uint64_t peak_resident() {
    std::uint64_t peak = 0;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) peak = std::stoull(line.substr(6)) << 10;
    std::ofstream("/proc/self/clear_refs") << '5';
    return peak;
}

piece download(std::shared_ptr<object_store> store) {
    async::runtime runtime;
    piece came;
    auto const main = [&]() -> awaitable<void> {
        range_engine_options options;
        options.threshold = options.part_size = part;
        options.parts_in_flight = in_flight;
        part_sink const sum = [&came](std::uint64_t, bytes data) -> awaitable<void> {
            came = joined(came, large::summed(data.text()));
            co_return;
        };
        co_await stream_ranged(store, "large", byte_range::whole(), sum, options);
    };
    runtime.run(main);
    return came;
}

piece upload(std::shared_ptr<object_store> store, std::uint64_t size) {
    async::runtime runtime;
    piece went;
    auto const main = [&]() -> awaitable<void> {
        byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
            std::size_t const n = std::min<std::uint64_t>({into.size(), size - went.length, 1 << 20});
            std::span<char> const room(reinterpret_cast<char*>(into.data()), n);
            large::make_up(went.length, room);
            went = joined(went, large::summed(std::string_view(room.data(), n)));
            co_return n;
        };
        put_stream_options options;
        options.part_size = part;
        options.memory_limit = in_flight * part;
        options.size = size;
        co_await put_stream(store, "up", from, options);
    };
    runtime.run(main);
    return went;
}

int failed = 0;

void check(std::string const& what, std::uint64_t size, piece const& here, piece const& there) {
    std::uint64_t const peak = peak_resident();
    bool const same = here.length == size && there.length == size && here.crc == there.crc;
    bool const good = same && peak < allowed;
    if (!good) ++failed;
    std::printf("%s %s: %llu and %llu bytes, CRC64 %016llx and %016llx, peak %.1f MiB\n", good ? "PASS" : "FAIL", what.c_str(),
                static_cast<unsigned long long>(here.length), static_cast<unsigned long long>(there.length),
                static_cast<unsigned long long>(here.crc), static_cast<unsigned long long>(there.crc),
                static_cast<double>(peak) / (1 << 20));
    std::fflush(stdout);
}

void run(std::string const& kind, std::uint64_t size) {
    large::service service(kind, size);
    peak_resident();
    piece const came = download(service.store());
    check(kind + " down", size, came, service.given());
    piece const went = upload(service.store(), size);
    check(kind + " up", size, went, service.taken("up"));
}

/// Through this program, from one service to another.
void run_copy(std::string const& from, std::string const& to, std::uint64_t size) {
    large::service source(from, size), target(to, size);
    peak_resident();
    async::runtime runtime;
    auto const main = [&]() -> awaitable<void> {
        copy_options options;
        options.read.threshold = options.read.part_size = part;
        options.read.parts_in_flight = in_flight;
        co_await copy_object(source.store(), "large", target.store(), "up", options);
    };
    runtime.run(main);
    check(from + " to " + to, size, source.given(), target.taken("up"));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t gib = 12;
    std::vector<std::string> kinds;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--gib") == 0 && i + 1 < argc) {
            gib = std::strtoull(argv[++i], nullptr, 10);
        } else {
            kinds.emplace_back(argv[i]);
        }
    }
    if (kinds.empty()) kinds = {"s3", "azure", "gcs"};
    try {
        for (std::string const& kind : kinds) run(kind, (gib << 30) + 12'345);
        if (kinds.size() > 1) run_copy(kinds.end()[-2], kinds.back(), (gib << 30) + 12'345);
    } catch (std::exception const& e) {
        std::printf("FAIL %s\n", e.what());
        return 1;
    }
    return failed == 0 ? 0 : 1;
}
