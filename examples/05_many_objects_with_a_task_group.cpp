// Many objects side by side: children of a task group, never more than eight at once, none left when the group is left.
//   05_many_objects_with_a_task_group s3://bucket/prefix
#include <sluice/sluice.hpp>

#include <iostream>

sluice::awaitable<void> program(std::string uri) {
    sluice::opened const from = sluice::open(uri);
    sluice::list_page const found = co_await sluice::list_all(from.store, from.key);
    sluice::async::semaphore slots(8);
    std::uint64_t total = 0;  // one thread runs them all, so a plain number will do

    auto fetch = [&](sluice::object_key key) -> sluice::awaitable<void> {
        sluice::async::semaphore::permit const slot = co_await slots.acquire();
        sluice::whole_object const object = co_await sluice::get_all(from.store, std::move(key));
        total += object.data.size();
    };
    // The first failure cancels the others and comes out of this await, after the last of them has stopped.
    auto body = [&](sluice::async::task_group& group) -> sluice::awaitable<void> {
        for (sluice::object_meta const& object : found.objects) group.spawn([&fetch, &object] { return fetch(object.key); });
        co_return;
    };
    co_await sluice::async::with_task_group(body);
    std::cout << found.objects.size() << " objects, " << total << " bytes\n";
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
