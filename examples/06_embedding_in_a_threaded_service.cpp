// Inside a service that has an io_context run by several threads already: spawn on it, share one store, bring no thread and no loop.
//   06_embedding_in_a_threaded_service s3://bucket/key
#include <sluice/sluice.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

namespace asio = boost::asio;

/// One request of the service: two reads of an object.
sluice::awaitable<void> handle(sluice::opened from, std::atomic<std::uint64_t>& served) {
    sluice::whole_object const object = co_await sluice::get_all(from.store, from.key);
    sluice::object_meta const about = co_await from.store->head(from.key);
    if (object.object.etag == about.etag) served += object.data.size();
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    asio::io_context context(4);
    sluice::opened const from = sluice::open(argv[1]);  // immutable: one store for all threads
    std::atomic<std::uint64_t> served = 0;
    std::atomic<int> failures = 0;

    for (int request = 0; request < 20; ++request)
        asio::co_spawn(asio::make_strand(context), handle(from, served), [&](std::exception_ptr failure) {
            if (failure) ++failures;
        });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
    for (std::thread& thread : threads) thread.join();
    std::cout << "served " << served << " bytes, " << failures << " failures\n";
    return failures == 0 ? 0 : 1;
}
