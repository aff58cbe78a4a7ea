// Two ways to stop waiting: a limit around any coroutine of yours, and a limit of one operation with all its retries.
//   04_cancel_with_a_timeout s3://bucket/slow-key
#include <sluice/sluice.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

sluice::awaitable<void> program(std::string uri) {
    sluice::opened const from = sluice::open(uri);

    // Cancels what runs inside, waits until it has stopped, then throws: nothing goes on behind your back.
    auto const work = [&]() -> sluice::awaitable<void> {
        sluice::whole_object const object = co_await sluice::get_all(from.store, from.key);
        std::cout << "in time: " << object.data.size() << " bytes\n";
    };
    try {
        co_await sluice::async::with_deadline(200ms, work);
    } catch (sluice::error const& e) {
        if (e.reason() != sluice::errc::timed_out) throw;
        std::cout << "stopped after 200 ms\n";
    }

    sluice::head_options options;
    options.time_limit = 200ms;
    try {
        sluice::object_meta const about = co_await from.store->head(from.key, options);
        std::cout << "in time: " << about.size << " bytes\n";
    } catch (sluice::error const& e) {
        if (e.reason() != sluice::errc::timed_out) throw;
        std::cout << "gave up: " << e.what() << '\n';
    }
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    try {
        sluice::async::runtime(1).run([&] { return program(argv[1]); });
    } catch (sluice::error const& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
