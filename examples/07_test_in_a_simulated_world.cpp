// A test of your own code against a network that breaks, in no time: the same seed gives the same run, to the bit.
//   07_test_in_a_simulated_world [seed]
#include <sluice/sluice.hpp>
#include <sluice/testing/world.hpp>

#include <cstdlib>
#include <iostream>

using namespace sluice;

// Your code: keeps the newest report and a copy under its date.
awaitable<void> publish(std::shared_ptr<object_store> store, std::string date, std::string report) {
    co_await store->put("reports/" + date, payload(report));
    co_await store->copy("reports/" + date, "reports/latest");
}

// Its test, in one world: connections break at one step in twenty, and still both objects must be there in the end.
bool holds(std::uint64_t seed) {
    testing::world world(seed);
    testing::world_s3 const s3 = world.serve_s3();
    world.on_step([&](testing::world_step const&) { return world.pick(20) == 0 ? testing::mishap::reset : testing::mishap::none; });
    std::shared_ptr<object_store> const store = make_s3_store(s3.settings());
    world.run([&] { return publish(store, "2026-11-27", "all is well"); });
    std::cout << world.counts().mishaps << " of " << world.counts().steps << " steps broke, " << world.elapsed().count() / 1'000'000
              << " ms of the world's time\n";
    return s3.get("bucket", "reports/2026-11-27") == "all is well" && s3.get("bucket", "reports/latest") == "all is well";
}

int main(int argc, char** argv) {
    std::uint64_t const first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1, last = argc > 1 ? first : 50;
    for (std::uint64_t seed = first; seed <= last; ++seed)
        if (!holds(seed)) return std::cerr << "seed " << seed << " fails\n", 1;
    std::cout << "held in " << last - first + 1 << (last == first ? " world\n" : " worlds\n");
}
