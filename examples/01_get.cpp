// One object into memory: a small one costs one request, a large one is read in parallel ranges.
//   01_get s3://bucket/key
#include <sluice/sluice.hpp>

#include <iostream>

sluice::awaitable<void> program(std::string uri) {
    sluice::opened const from = sluice::open(uri);  // endpoint, region and keys as the AWS tools find them
    sluice::whole_object const object = co_await sluice::get_all(from.store, from.key);
    std::cout << object.data.size() << " bytes of " << from.key << ", version " << object.object.etag << '\n';
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
