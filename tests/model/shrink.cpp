#include "model/shrink.hpp"

#include <algorithm>

namespace sluice::model {

namespace {

using verdict = std::function<bool(program const&)>;

/// Takes out one stretch of `length` after the other, as long as it fails without it.
program without_stretches(program all, std::size_t const length, verdict const& fails) {
    for (std::size_t at = 0; at < all.size();) {
        program fewer = all;
        auto const from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
        fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(length, all.size() - at)));
        if (fails(fewer)) {
            all = std::move(fewer);
        } else {
            at += length;
        }
    }
    return all;
}

program without_what_does_not_matter(program all, verdict const& fails) {
    for (std::size_t length = std::max<std::size_t>(all.size() / 2, 1); length > 0; length /= 2)
        all = without_stretches(std::move(all), length, fails);
    return all;
}

/// Each a little simpler in one respect, or the same.
std::vector<operation> simpler(operation const& op) {
    std::vector<operation> all(11, op);
    all[0].when = condition::none;
    all[1].size = std::min(op.size, 1u);
    all[2].key = "a";
    all[3].other = "a";
    all[4].more.clear();
    all[5].range = byte_range::whole();
    all[6].prefix.clear();
    all[7].delimiter.clear();
    all[8].after.clear();
    all[9].page = 1000;
    all[10].fill = 0;
    return all;
}

program with_simpler_words(program all, verdict const& fails) {
    for (operation& op : all) {
        for (std::size_t way = 0; way < simpler(op).size(); ++way) {
            operation const before = op;
            op = simpler(before)[way];
            if (!(op == before) && !fails(all)) op = before;
        }
    }
    return all;
}

}  // namespace

program shrink(program whole, verdict const& fails) {
    for (;;) {
        program smaller = with_simpler_words(without_what_does_not_matter(whole, fails), fails);
        if (smaller == whole) return whole;
        whole = std::move(smaller);
    }
}

}  // namespace sluice::model
