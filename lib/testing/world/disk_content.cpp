#include "testing/world/disk_content.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {

void disk_content::write(std::uint64_t const offset, std::string_view const bytes) {
    if (bytes.empty()) return;
    auto const at = static_cast<std::size_t>(offset);
    if (now_.size() < at + bytes.size()) now_.resize(at + bytes.size(), '\0');
    now_.replace(at, bytes.size(), bytes);
    unflushed_.push_back({offset, std::string(bytes), now_.size()});
}

void disk_content::resize(std::uint64_t const size) {
    now_.resize(static_cast<std::size_t>(size), '\0');
    unflushed_.push_back({size, std::string(), size});
}

void disk_content::flush() {
    if (unflushed_.empty()) return;
    platter_ = now_;
    unflushed_.clear();
}

/// Writes what of the change reached the platter; how many of its bytes did not.
std::uint64_t disk_content::tear(std::string& into, change const& c, chance& luck, std::size_t const sector, unsigned const keep) {
    std::uint64_t lost = 0;
    for (std::size_t done = 0; done < c.bytes.size();) {
        auto const at = static_cast<std::size_t>(c.offset) + done;
        std::size_t const n = std::min(c.bytes.size() - done, sector - at % sector);
        if (luck.below(4) < keep)
            into.replace(at, n, c.bytes, done, n);
        else
            lost += n;
        done += n;
    }
    return lost;
}

std::uint64_t disk_content::crash(chance& luck, std::size_t const sector, unsigned const keep) {
    if (unflushed_.empty()) return 0;
    // Sizes are told to the platter in the order they came, and independently of the bytes: what was never written reads as zeros.
    std::size_t const all = unflushed_.size();
    auto const told = static_cast<std::size_t>(keep == 0 ? 0 : keep == 4 ? all : luck.below(all + 1));
    std::uint64_t const size = told == 0 ? platter_.size() : unflushed_[told - 1].size;
    std::uint64_t largest = platter_.size();
    for (change const& c : unflushed_) largest = std::max(largest, c.size);

    std::string left = std::move(platter_);
    left.resize(static_cast<std::size_t>(largest), '\0');
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < all; ++i) {
        change const& c = unflushed_[i];
        lost += tear(left, c, luck, sector, keep);
        bool const cuts = c.bytes.empty() && i < told;  // what was behind the end is not seen again when it grows
        if (cuts) std::fill(left.begin() + static_cast<std::ptrdiff_t>(c.size), left.end(), '\0');
    }
    left.resize(static_cast<std::size_t>(size));
    now_ = platter_ = std::move(left);
    unflushed_.clear();
    return lost;
}

}  // namespace sluice::inline v0::testing
