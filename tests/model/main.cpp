// Random programs on every store, against a map: model [--seeds N] [--from S] [--store KIND] | --seed S
#include "model/actor.hpp"
#include "model/rivals.hpp"
#include "model/shrink.hpp"
#include "model/stage.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

using namespace sluice;
using namespace sluice::model;

namespace {

struct sums {
    std::uint64_t programs = 0, operations = 0, failed = 0;
    std::uint64_t histories = 0, events = 0, faults = 0;
};

/// What is asked of the store when the program has ended: all that it should hold.
program last_look(reference const& known) {
    program all(1 + slots);
    for (unsigned slot = 0; slot < slots; ++slot) all[slot].what = act::abort, all[slot].slot = slot;
    all.back().what = act::list;
    for (std::string const& key : known.keys()) {
        all.emplace_back();
        all.back().what = act::get;
        all.back().key = key;
    }
    return all;
}

/// The first thing that goes wrong.
awaitable<void> perform(actor* who, reference* known, program all, std::optional<std::string>* problem) {
    for (operation const& op : all) {
        std::string const etag = known->condition_etag(op);
        answer const got = co_await who->perform(op, etag);
        *problem = known->judge(op, got);
        if (!*problem) continue;
        **problem = text_of(op) + ": " + **problem;
        co_return;
    }
}

std::optional<std::string> problem_of(std::string const& kind, std::uint64_t const seed, program const& all) {
    std::optional<std::string> problem;
    try {
        stage here(kind, seed);
        actor who(here.store());
        reference known(here.store()->can());
        auto const body = [&]() -> awaitable<void> {
            co_await perform(&who, &known, all, &problem);
            if (problem) co_return;
            program const rest = last_look(known);
            co_await perform(&who, &known, rest, &problem);
        };
        here.run(body);
        if (!problem) problem = here.leavings();
    } catch (std::exception const& e) {
        problem = std::string("threw ") + e.what();
    }
    return problem;
}

void report(std::string const& kind, std::uint64_t const seed, program const& all) {
    program const small = shrink(all, [&](program const& p) { return problem_of(kind, seed, p).has_value(); });
    std::printf("FAIL model: %s, seed %llu: %zu operations of %zu are enough:\n", kind.c_str(), static_cast<unsigned long long>(seed),
                small.size(), all.size());
    for (operation const& op : small) std::printf("    %s\n", text_of(op).c_str());
    std::printf("  %s\n  again: model --store %s --seed %llu\n", problem_of(kind, seed, small).value_or("not again").c_str(), kind.c_str(),
                static_cast<unsigned long long>(seed));
    std::fflush(stdout);
}

void try_seed(std::string const& kind, std::uint64_t const seed, bool const loud, sums& all) {
    program const one = random_program(seed);
    if (loud)
        for (operation const& op : one) std::printf("%s: %s\n", kind.c_str(), text_of(op).c_str());
    ++all.programs;
    all.operations += one.size();
    if (!problem_of(kind, seed, one)) return;
    ++all.failed;
    report(kind, seed, one);
}

void try_rivals(char const* kind, std::uint64_t const seed, rivalry (*compete)(std::uint64_t), bool const loud, sums& all) {
    rivalry const found = compete(seed);
    ++all.histories;
    all.events += found.history.size();
    all.faults += found.faults;
    bool const good = test::is_linearisable(found.history);
    if (loud || !good) std::printf("%s", test::text_of(found.history).c_str());
    if (good) return;
    ++all.failed;
    std::printf("FAIL model: the history of rivals, %s, seed %llu, has no order that explains it\n", kind,
                static_cast<unsigned long long>(seed));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 100, from = 1;
    std::string only;
    bool loud = false;
    for (int i = 1; i + 1 < argc; i += 2) {
        std::uint64_t const n = std::strtoull(argv[i + 1], nullptr, 10);
        if (std::strcmp(argv[i], "--seeds") == 0) seeds = n;
        if (std::strcmp(argv[i], "--from") == 0) from = n;
        if (std::strcmp(argv[i], "--seed") == 0) from = n, seeds = 1, loud = true;
        if (std::strcmp(argv[i], "--store") == 0) only = argv[i + 1];
    }
    sums all;
    for (std::string const& kind : store_kinds()) {
        if (!only.empty() && kind != only) continue;
        for (std::uint64_t seed = from; seed < from + seeds; ++seed) try_seed(kind, seed, loud, all);
    }
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        if (only.empty() || only == "s3") try_rivals("s3", seed, rivals_in_a_world, loud, all);
        if (only.empty() || only == "file") try_rivals("file", seed, rivals_at_files, loud, all);
        if (only.empty() || only == "faulty") try_rivals("faulty", seed, rivals_at_a_faulty_store, loud, all);
    }
    std::printf("%llu histories, %llu events, %llu faults\n", static_cast<unsigned long long>(all.histories),
                static_cast<unsigned long long>(all.events), static_cast<unsigned long long>(all.faults));
    std::printf("%s model: %llu programs, %llu operations, %llu failed\n", all.failed == 0 ? "PASS" : "sum of",
                static_cast<unsigned long long>(all.programs), static_cast<unsigned long long>(all.operations),
                static_cast<unsigned long long>(all.failed));
    return all.failed == 0 ? 0 : 1;
}
