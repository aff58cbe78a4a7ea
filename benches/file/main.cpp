// sluice's files, and plain system calls to compare with. One JSON line of the work phase on stdout.
//   file seam FILE BLOCK DEPTH SECONDS [WORD..]        O_DIRECT reads by the files seam; words: write random pool cached
//   file into-memory|in-order|stream FOLDER KEY TIMES  a whole object by the store
//   file ranges FOLDER KEY BLOCK SECONDS [direct]      blocks of an object at random by the store, 32 at once
//   file plain-read FILE                               as into-memory, by pread
//   file list FOLDER                                   every page of a listing
//   file put|get FOLDER COUNT [durable]                objects of 4 KiB by the store, 32 at once
//   file plain-put|plain-get FOLDER COUNT [durable]    the same files by system calls, one after another
#include "cases.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string_view>
#include <vector>

namespace {

using words = std::vector<std::string>;

bool has(words const& w, std::string_view what) { return std::ranges::find(w, what) != w.end(); }
unsigned number(words const& w, std::size_t i) { return static_cast<unsigned>(std::strtoul(w.at(i).c_str(), nullptr, 10)); }

bench::seam_plan seam(words const& w) {
    bench::seam_plan p;
    p.path = w.at(1);
    p.block = number(w, 2);
    p.depth = number(w, 3);
    p.seconds = number(w, 4);
    p.writes = has(w, "write");
    p.random = has(w, "random");
    p.pool = has(w, "pool");
    p.cached = has(w, "cached");
    return p;
}

bool run(words const& w) {
    using work = void (*)(words const&);
    static std::map<std::string_view, work> const cases{
        {"seam", [](words const& a) { bench::by_seam(seam(a)); }},
        {"into-memory", [](words const& a) { bench::into_memory(a.at(1), a.at(2), number(a, 3)); }},
        {"in-order", [](words const& a) { bench::in_order(a.at(1), a.at(2), number(a, 3)); }},
        {"stream", [](words const& a) { bench::stream(a.at(1), a.at(2), number(a, 3)); }},
        {"ranges", [](words const& a) { bench::ranges(a.at(1), a.at(2), number(a, 3), number(a, 4), has(a, "direct")); }},
        {"list", [](words const& a) { bench::list(a.at(1)); }},
        {"put", [](words const& a) { bench::put_small(a.at(1), number(a, 2), has(a, "durable")); }},
        {"get", [](words const& a) { bench::get_small(a.at(1), number(a, 2)); }},
        {"plain-read", [](words const& a) { bench::plain_read(a.at(1)); }},
        {"plain-put", [](words const& a) { bench::plain_put(a.at(1), number(a, 2), has(a, "durable")); }},
        {"plain-get", [](words const& a) { bench::plain_get(a.at(1), number(a, 2)); }},
    };
    auto const found = cases.find(w.front());
    if (found != cases.end()) found->second(w);
    return found != cases.end();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc > 1 && run(words(argv + 1, argv + argc))) return 0;
        std::cerr << "bench-file: no such case\n";
        return 2;
    } catch (std::exception const& e) {
        std::cerr << "bench-file: " << e.what() << '\n';
        return 1;
    }
}
