#include "transfer/range_plan.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace sluice::inline v0::transfer {

part_plan::part_plan(std::uint64_t const offset, std::uint64_t const length, std::uint64_t const part_size,
                     tail_part const what_of_it) noexcept
    : offset_(offset),
      length_(length),
      size_(part_size) {
    assert(part_size != 0);
    std::uint64_t const count = size();
    std::uint64_t const tail = length % part_size;
    bool const even_out = what_of_it == tail_part::evened && count > 1 && tail != 0 && tail < part_size / 4 &&
                          count <= part_size / 2;  // else a byte less of each is too much
    if (even_out) size_ = length / count + (length % count != 0);
}

std::uint64_t fitting_part(std::uint64_t const length, std::uint64_t const least, std::uint64_t const most,
                           std::size_t const workers) noexcept {
    std::uint64_t const shared = length / workers + (length % workers != 0);
    return std::clamp(shared, std::min(least, most), most);
}

std::vector<merged_range> merge_ranges(std::vector<wanted_range> const& wanted, std::uint64_t const gap) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return wanted[i].length == 0; });
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i].offset; });

    std::vector<merged_range> merged;
    for (std::size_t const i : order) {
        std::uint64_t const begin = wanted[i].offset;
        std::uint64_t const end = begin + wanted[i].length;
        bool const near_last = !merged.empty() && begin <= merged.back().offset + merged.back().length + gap;
        if (!near_last) merged.push_back({begin, 0, {}});
        merged_range& last = merged.back();
        last.length = std::max(last.length, end - last.offset);
        last.serves.push_back(i);
    }
    return merged;
}

}  // namespace sluice::inline v0::transfer
