#include "support/history.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace sluice::test {

namespace {

using kind = register_event::kind;

/// The register's value after `e`, if `e` can come next. What is in doubt and finds another value has done nothing.
std::optional<unsigned> after(register_event const& e, unsigned const value) {
    switch (e.what) {
    case kind::read: return e.to == value ? std::optional(value) : std::nullopt;
    case kind::swapped: return e.from == value ? std::optional(e.to) : std::nullopt;
    case kind::lost: return e.from != value ? std::optional(value) : std::nullopt;
    case kind::in_doubt: break;
    }
    return e.from == value ? std::optional(e.to) : std::nullopt;
}

class search {
public:
    explicit search(std::vector<register_event> const& history) : events_(history) {
        for (std::size_t i = 0; i < events_.size(); ++i)
            if (events_[i].what != kind::in_doubt) wanted_ |= bit(i);
    }

    bool succeeds_from(std::uint64_t const done, unsigned const value) {
        if ((done & wanted_) == wanted_) return true;
        if (!seen_.emplace(done, value).second) return false;
        std::uint64_t const first_end = first_end_of_rest(done);
        for (std::size_t i = 0; i < events_.size(); ++i) {
            if ((done & bit(i)) != 0 || events_[i].begin > first_end) continue;
            std::optional<unsigned> const next = after(events_[i], value);
            if (next && succeeds_from(done | bit(i), *next)) return true;
        }
        return false;
    }

private:
    static std::uint64_t bit(std::size_t const i) { return std::uint64_t{1} << i; }

    std::uint64_t first_end_of_rest(std::uint64_t const done) const {
        std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
        for (std::size_t i = 0; i < events_.size(); ++i)
            if ((done & bit(i)) == 0 && events_[i].what != kind::in_doubt) first = std::min(first, events_[i].end);
        return first;
    }

    std::vector<register_event> const& events_;
    std::uint64_t wanted_ = 0;  // what must have its place
    std::set<std::pair<std::uint64_t, unsigned>> seen_;
};

std::string text_of(register_event const& e) {
    std::string const values = std::to_string(e.from) + " -> " + std::to_string(e.to);
    switch (e.what) {
    case kind::read: return "read " + std::to_string(e.to);
    case kind::swapped: return "swapped " + values;
    case kind::lost: return "lost " + values;
    case kind::in_doubt: break;
    }
    return "in doubt " + values;
}

}  // namespace

bool is_linearisable(std::vector<register_event> const& history) {
    if (history.size() > 64) throw std::invalid_argument("a history of more than 64 events");
    return search(history).succeeds_from(0, 0);
}

std::string text_of(std::vector<register_event> const& history) {
    std::vector<register_event> sorted = history;
    std::ranges::sort(sorted, {}, &register_event::begin);
    std::string out;
    for (register_event const& e : sorted) {
        std::string const end = e.what == kind::in_doubt ? "?" : std::to_string(e.end);
        out += "    client " + std::to_string(e.client) + " [" + std::to_string(e.begin) + ", " + end + "] " + text_of(e) + "\n";
    }
    return out;
}

}  // namespace sluice::test
