// A listing of any size in constant memory: page after page, each handled before the next is asked for.
//   03_list_with_paging s3://bucket/prefix
#include <sluice/sluice.hpp>

#include <iostream>

sluice::awaitable<void> program(std::string uri) {
    sluice::opened const from = sluice::open(uri);
    sluice::list_options options;
    options.max_keys = 10;
    options.delimiter = "/";

    std::uint64_t objects = 0, total = 0;
    sluice::page_visitor const visit = [&](sluice::list_page page) -> sluice::awaitable<bool> {
        for (std::string const& folder : page.prefixes) std::cout << "folder " << folder << '\n';
        for (sluice::object_meta const& object : page.objects) total += object.size;
        objects += page.objects.size();
        co_return true;  // false ends the listing early
    };
    co_await sluice::for_each_page(from.store, from.key, options, visit);
    std::cout << objects << " objects, " << total << " bytes\n";
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
