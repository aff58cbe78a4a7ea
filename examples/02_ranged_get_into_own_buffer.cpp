// A large object straight into memory of yours: every part goes from the socket to its final place, and all are of one version.
//   02_ranged_get_into_own_buffer s3://bucket/key
#include <sluice/sluice.hpp>

#include <iostream>
#include <vector>

sluice::awaitable<void> program(std::string uri) {
    sluice::opened const from = sluice::open(uri);
    sluice::object_meta const about = co_await from.store->head(from.key);
    std::vector<std::byte> buffer(about.size);

    sluice::range_engine_options options;
    options.part_size = options.threshold = 4 << 20;
    options.parts_in_flight = 8;
    options.get.if_match = about.etag;  // the version the buffer was sized for
    sluice::read_result const got = co_await sluice::read_ranged(from.store, from.key, sluice::byte_range::whole(), buffer, options);
    std::cout << "read " << got.range.length << " bytes in parts of " << *options.part_size << '\n';

    // A slice of it works the same way: the last kilobyte, into the front of the buffer.
    sluice::read_result const tail = co_await from.store->read(from.key, sluice::byte_range::last(1024), buffer);
    std::cout << "the tail begins at " << tail.range.offset << '\n';
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
