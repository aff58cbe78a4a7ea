#include "sim/contents.hpp"

#include "testing/world/chance.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::sim {

void contents::wrote(value v) {
    ever_.insert(v);
    possible_.assign(1, std::move(v));
}

void contents::may_have(value v) {
    ever_.insert(v);
    possible_.push_back(std::move(v));
}

bool contents::saw(value const& v) {
    if (std::ranges::find(possible_, v) == possible_.end()) return false;
    possible_.assign(1, value(v));
    return true;
}

bool contents::ever(value const& v) const { return ever_.contains(v); }

bool contents::can_be_there() const {
    return std::ranges::any_of(possible_, [](value const& v) { return v.has_value(); });
}

bool contents::can_be_missing() const {
    return std::ranges::any_of(possible_, [](value const& v) { return !v.has_value(); });
}

void contents::is_there() {
    std::erase_if(possible_, [](value const& v) { return !v.has_value(); });
}

std::string contents::text() const {
    std::string all;
    for (value const& v : possible_) all += v ? " " + std::to_string(v->size()) + " bytes" : " none";
    return all;
}

std::string content(std::uint64_t id, std::size_t const size) {
    testing::chance numbers(id);
    std::string data(size, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
        std::uint64_t const next = numbers.next();
        std::memcpy(data.data() + at, &next, std::min<std::size_t>(8, size - at));
    }
    return data;
}

}  // namespace sluice::sim
