#include "soak/samples.hpp"

#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

namespace sluice::soak {

namespace {

constexpr std::uint64_t sample::*all_figures[] = {&sample::resident, &sample::heap, &sample::descriptors, &sample::connections,
                                                  &sample::waiting};
constexpr char const* names[] = {"resident memory", "heap in use", "descriptors", "connections", "waiting"};

sample mean_of(std::span<sample const> const some) {
    sample mean;
    if (some.empty()) return mean;
    for (std::uint64_t sample::*const figure : all_figures) {
        for (sample const& one : some) mean.*figure += one.*figure;
        mean.*figure /= some.size();
    }
    return mean;
}

}  // namespace

sample sample_of_process() {
    sample now;
    ::malloc_trim(0);  // what the allocator keeps for later is nobody's
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    now.resident = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    struct mallinfo2 const heap = ::mallinfo2();
    now.heap = heap.uordblks + heap.hblkhd;
    std::filesystem::directory_iterator const open("/proc/self/fd");
    now.descriptors = static_cast<std::uint64_t>(std::distance(begin(open), end(open)));
    return now;
}

ends ends_of(std::vector<sample> const& all) {
    std::span<sample const> const warm = std::span(all).subspan(all.size() / 10);
    std::size_t const quarter = warm.size() / 4;
    ends both;
    both.first = mean_of(warm.first(quarter));
    both.last = mean_of(warm.last(quarter));
    return both;
}

std::vector<std::string> grown(ends const& both, sample const& noise) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < std::size(all_figures); ++i) {
        std::uint64_t const first = both.first.*all_figures[i], last = both.last.*all_figures[i];
        if (last > first + first / 20 + noise.*all_figures[i])
            found.push_back(std::string(names[i]) + " from " + std::to_string(first) + " to " + std::to_string(last));
    }
    return found;
}

std::string text_of(sample const& s) {
    return std::to_string(s.resident >> 10) + " KiB resident, " + std::to_string(s.heap >> 10) + " KiB of heap, " +
           std::to_string(s.descriptors) + " descriptors, " + std::to_string(s.connections) + " connections, " + std::to_string(s.waiting) +
           " waiting";
}

}  // namespace sluice::soak
