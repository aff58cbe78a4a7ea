#include "text/bench_plan.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::cli {

bench_plan::bench_plan(std::vector<std::uint64_t> sizes, std::uint64_t range_size, std::size_t repeat)
    : sizes_(std::move(sizes)),
      first_{0},
      range_size_(range_size),
      repeat_(repeat) {
    for (std::uint64_t const size : sizes_) {
        std::uint64_t const ranges = range_size_ == 0 || size == 0 ? 1 : (size - 1) / range_size_ + 1;
        first_.push_back(first_.back() + static_cast<std::size_t>(ranges));
    }
}

bench_plan::job bench_plan::at(std::size_t index) const {
    std::size_t const in_pass = index % jobs_of_one_pass();
    auto const behind = std::upper_bound(first_.begin(), first_.end(), in_pass);
    auto const object = static_cast<std::size_t>(behind - first_.begin()) - 1;
    std::uint64_t const offset = (in_pass - first_[object]) * range_size_;
    std::uint64_t const rest = sizes_[object] - offset;
    return {object, offset, range_size_ == 0 ? rest : std::min(rest, range_size_)};
}

std::uint64_t bench_plan::bytes() const noexcept {
    std::uint64_t total = 0;
    for (std::uint64_t const size : sizes_) total += size;
    return total * repeat_;
}

std::uint64_t bench_plan::largest() const noexcept { return sizes_.empty() ? 0 : *std::max_element(sizes_.begin(), sizes_.end()); }

}  // namespace sluice::inline v0::cli
