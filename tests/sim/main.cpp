// Random worlds: sim [--seeds N] [--from S] [--only network|files] [--cloud s3|azure|gcs] | --seed S (tells what happens, twice the same)
#include "sim/files.hpp"
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
    std::string only;   // one of the two kinds of trials
    std::string cloud;  // which all seeds have
    std::uint64_t seeds = 0, operations = 0, faults = 0, failed = 0;
};

using listener = std::function<void(std::string_view)>;

/// Adds what it came to; its trace, and whether nothing was found.
template <class Trial>
bool try_one(std::unique_ptr<Trial> const one, std::uint64_t const seed, std::string const& what, sums& all, std::uint64_t& trace,
             listener const& hear) {
    std::vector<std::string> const findings = one->run(hear);
    all.operations += one->operations();
    all.faults += one->faults();
    trace = trace * 0x100000001b3 ^ one->trace();
    for (std::string const& f : findings)
        std::printf("FAIL sim: seed %llu, %s: %s\n", static_cast<unsigned long long>(seed), what.c_str(), f.c_str());
    return findings.empty();
}

void try_seed(std::uint64_t const seed, sums& all, std::uint64_t& trace, listener const& hear = {}) {
    ++all.seeds;
    bool good = true;
    if (all.only != "files") {
        std::string const cloud = all.cloud.empty() ? sim::cloud_of(seed) : all.cloud;
        good = try_one(std::make_unique<sim::trial>(seed, cloud), seed, "network of " + cloud, all, trace, hear);
    }
    if (all.only != "network") good = try_one(std::make_unique<sim::file_trial>(seed), seed, "files", all, trace, hear) && good;
    if (!good) ++all.failed;
}

/// Every so many seeds once more: the same seed must give the same run.
void try_again(std::uint64_t const seed, sums& all, std::uint64_t const before) {
    std::uint64_t after = 0;
    sums unused;
    unused.only = all.only;
    unused.cloud = all.cloud;
    try_seed(seed, unused, after);
    if (after == before) return;
    ++all.failed;
    std::printf("FAIL sim: seed %llu gave two different runs\n", static_cast<unsigned long long>(seed));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 1000, from = 1;
    bool loud = false;
    sums all;
    for (int i = 1; i + 1 < argc; i += 2) {
        std::uint64_t const n = std::strtoull(argv[i + 1], nullptr, 10);
        if (std::strcmp(argv[i], "--seeds") == 0) seeds = n;
        if (std::strcmp(argv[i], "--only") == 0) all.only = argv[i + 1];
        if (std::strcmp(argv[i], "--cloud") == 0) all.cloud = argv[i + 1];
        if (std::strcmp(argv[i], "--from") == 0) from = n;
        if (std::strcmp(argv[i], "--seed") == 0) from = n, seeds = 1, loud = true;
    }
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        std::uint64_t trace = 0;
        std::function<void(std::string_view)> hear;
        if (loud) hear = [](std::string_view line) { std::printf("%.*s\n", static_cast<int>(line.size()), line.data()); };
        try_seed(seed, all, trace, hear);
        if (loud || seed % 20 == 0) try_again(seed, all, trace);
        std::fflush(stdout);
    }
    std::printf("%s sim: %llu seeds, %llu operations, %llu injected faults, %llu seeds failed\n", all.failed == 0 ? "PASS" : "sum of",
                static_cast<unsigned long long>(all.seeds), static_cast<unsigned long long>(all.operations),
                static_cast<unsigned long long>(all.faults), static_cast<unsigned long long>(all.failed));
    return all.failed == 0 ? 0 : 1;
}
