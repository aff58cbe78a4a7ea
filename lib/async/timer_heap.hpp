#pragma once

#include "async/clock.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace sluice::inline v0::async {

/// A binary heap of alarms by time. Each alarm knows its slot, so one in the middle is removed or moved in O(log n).
class timer_heap {
public:
    struct entry {
        time_point key;
        clock::alarm* item;
    };

    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    entry const& top() const noexcept { return entries_.front(); }
    /// Those that are to ring; what was taken back stays in its place until its time has come.
    std::size_t set() const noexcept {
        return static_cast<std::size_t>(std::ranges::count_if(entries_, [](entry const& e) { return e.item->when_.load() != never; }));
    }
    static bool holds(clock::alarm const& item) noexcept { return item.slot_ != 0; }

    /// Room for one more, so that the next `place` cannot fail.
    void reserve_one() {
        if (entries_.size() == entries_.capacity()) entries_.reserve(entries_.size() * 2 + 16);
    }

    /// Puts `item` at `key`, from wherever it was.
    void place(clock::alarm& item, time_point key) {
        if (item.slot_ == 0) {
            entries_.push_back({key, &item});
            item.slot_ = entries_.size();
        } else {
            entries_[item.slot_ - 1].key = key;
        }
        sift(item.slot_ - 1);
    }

    void remove(clock::alarm& item) noexcept {
        std::size_t const hole = item.slot_ - 1;
        assert(hole < entries_.size() && entries_[hole].item == &item);
        item.slot_ = 0;
        entry const last = entries_.back();
        entries_.pop_back();
        if (hole == entries_.size()) return;
        put(hole, last);
        sift(hole);
    }

private:
    void put(std::size_t at, entry const& e) noexcept {
        entries_[at] = e;
        e.item->slot_ = at + 1;
    }

    void sift(std::size_t at) noexcept {
        entry const moving = entries_[at];
        while (at > 0 && moving.key < entries_[(at - 1) / 2].key) {
            put(at, entries_[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        for (std::size_t child = 2 * at + 1; child < entries_.size(); child = 2 * at + 1) {
            if (child + 1 < entries_.size() && entries_[child + 1].key < entries_[child].key) ++child;
            if (!(entries_[child].key < moving.key)) break;
            put(at, entries_[child]);
            at = child;
        }
        put(at, moving);
    }

    std::vector<entry> entries_;
};

}  // namespace sluice::inline v0::async
