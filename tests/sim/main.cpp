// Random worlds: sim [--seeds N] [--from S] | --seed S (tells what happens, twice the same)
#include "sim/trial.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

using namespace sluice;

namespace {

struct sums {
    std::uint64_t seeds = 0, operations = 0, faults = 0, failed = 0;
};

/// True when nothing was found.
bool try_seed(std::uint64_t const seed, sums& all, std::uint64_t* trace, std::function<void(std::string_view)> hear = {}) {
    auto const one = std::make_unique<sim::trial>(seed);
    std::vector<std::string> const findings = one->run(std::move(hear));
    ++all.seeds;
    all.operations += one->operations();
    all.faults += one->faults();
    if (trace != nullptr) *trace = one->trace();
    for (std::string const& f : findings) std::printf("FAIL sim: seed %llu: %s\n", static_cast<unsigned long long>(seed), f.c_str());
    if (!findings.empty()) ++all.failed;
    return findings.empty();
}

/// Every so many seeds once more: the same seed must give the same run.
void try_again(std::uint64_t const seed, sums& all, std::uint64_t const before) {
    std::uint64_t after = 0;
    sums unused;
    try_seed(seed, unused, &after);
    if (after == before) return;
    ++all.failed;
    std::printf("FAIL sim: seed %llu gave two different runs\n", static_cast<unsigned long long>(seed));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 1000, from = 1;
    bool loud = false;
    for (int i = 1; i + 1 < argc; i += 2) {
        std::uint64_t const n = std::strtoull(argv[i + 1], nullptr, 10);
        if (std::strcmp(argv[i], "--seeds") == 0) seeds = n;
        if (std::strcmp(argv[i], "--from") == 0) from = n;
        if (std::strcmp(argv[i], "--seed") == 0) from = n, seeds = 1, loud = true;
    }
    sums all;
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        std::uint64_t trace = 0;
        std::function<void(std::string_view)> hear;
        if (loud) hear = [](std::string_view line) { std::printf("%.*s\n", static_cast<int>(line.size()), line.data()); };
        try_seed(seed, all, &trace, std::move(hear));
        if (loud || seed % 20 == 0) try_again(seed, all, trace);
        std::fflush(stdout);
    }
    std::printf("%s sim: %llu seeds, %llu operations, %llu injected faults, %llu seeds failed\n", all.failed == 0 ? "PASS" : "sum of",
                static_cast<unsigned long long>(all.seeds), static_cast<unsigned long long>(all.operations),
                static_cast<unsigned long long>(all.faults), static_cast<unsigned long long>(all.failed));
    return all.failed == 0 ? 0 : 1;
}
