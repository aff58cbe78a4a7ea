#include "transfer/key_split.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::inline v0::transfer {

namespace {

constexpr std::size_t cut_size = 8;  // bytes behind what is common; a double tells no more apart
constexpr std::size_t longest_key = 1024;
constexpr double beyond_measure = 1e12;
constexpr double in_the_dark_from = 1e5;                         // pages: more than there are, so the keys are elsewhere than thought
constexpr std::string_view last_character = "\xf4\x8f\xbf\xbf";  // U+10FFFF, behind which no UTF-8 sorts

std::size_t common(std::string_view const a, std::string_view const b) noexcept {
    auto const [x, y] = std::ranges::mismatch(a, b);
    return static_cast<std::size_t>(x - a.begin());
}

/// No further than a whole character.
std::size_t at_character(std::string_view const text, std::size_t size) noexcept {
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    return size;
}

/// Bytes on their way into UTF-8: each becomes the nearest that may stand there, so that the order stays.
class utf8_writer {
public:
    void add(unsigned byte) {
        if (need_ > 0) {
            byte = std::clamp(byte, low_, high_);
            --need_;
            low_ = 0x80, high_ = 0xbf;
        } else if (byte >= 0x80) {
            byte = std::clamp(byte, 0xc2u, 0xf4u);
            need_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
            high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
        }
        text_ += static_cast<char>(static_cast<unsigned char>(byte));
    }

    std::string finish() {
        while (need_ > 0) add(low_);
        return std::move(text_);
    }

private:
    std::string text_;
    unsigned low_ = 0x80, high_ = 0xbf;
    int need_ = 0;
};

bool inside(std::string_view const cut, key_range const& range, std::string_view const last) noexcept {
    return cut.size() <= longest_key && cut > last && cut > range.after && (range.open_end || cut < range.until) &&
           cut.find('\0') == std::string_view::npos;
}

/// Ends of the branches in which `last` lies and `range` does not end, evenly from the leaf to the root.
void add_branch_ends(std::vector<std::string>& to, key_range const& range, std::string_view const first, std::string_view const last,
                     std::size_t const count) {
    std::size_t const shortest = range.open_end ? 0 : common(last, range.until);
    std::size_t const longest = first.empty() ? last.size() : common(first, last);
    if (longest <= shortest) return;
    std::size_t const levels = longest - shortest;
    std::size_t const n = std::min(count, levels);
    for (std::size_t i = 0; i < n; ++i) {  // a single one halves what is not known: next to the leaf it would find the next page at most
        std::size_t const length = at_character(last, longest - (n == 1 ? levels / 2 : i * levels / n));
        to.push_back(std::string(last.substr(0, length)).append(last_character));
    }
}

}  // namespace

alphabet::alphabet() { learn("/0"); }

void alphabet::learn(std::string_view const key) noexcept {
    for (char const c : key) {
        auto const byte = static_cast<unsigned char>(c);
        if (seen_[byte]) continue;
        fresh_ = false;
        seen_[byte] = true;
        for (auto const& [from, to] : {std::pair<char, char>{'0', '9'}, {'a', 'z'}, {'A', 'Z'}})
            if (c >= from && c <= to) std::fill(seen_.begin() + from, seen_.begin() + to + 1, true);
    }
}

void alphabet::refresh() const noexcept {
    if (fresh_) return;
    fresh_ = true;
    size_ = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
        rank_[byte] = static_cast<unsigned char>(std::min(size_, 255u));  // of the next larger that was seen
        if (seen_[byte]) byte_[size_++] = static_cast<unsigned char>(byte);
    }
}

// The end of a text is smaller than any byte: it has rank 0, and the bytes those from 1 on.
double alphabet::place_of(std::string_view const text, std::size_t const at) const noexcept {
    refresh();
    double place = 0, unit = 1;
    for (std::size_t i = at; i < text.size() && i < at + cut_size; ++i) {
        unit /= size_ + 1;
        auto const byte = static_cast<unsigned char>(text[i]);
        bool const beyond = rank_[byte] >= size_;
        place += unit * (beyond ? size_ + 1 : rank_[byte] + 1);
        if (beyond || !seen_[byte]) break;  // between two that were seen: nothing finer is told apart
    }
    return std::min(place, 1.0);
}

std::string alphabet::text_at(double place, std::size_t const size) const {
    refresh();
    utf8_writer text;
    for (std::size_t i = 0; i < size; ++i) {
        place *= size_ + 1;
        auto const digit = static_cast<unsigned>(std::clamp(std::floor(place), 0.0, double(size_)));
        if (digit == 0) break;
        text.add(byte_[digit - 1]);
        place -= digit;
    }
    return text.finish();
}

std::vector<std::string> cuts(alphabet const& letters, key_range const& range, std::string_view const first, std::string_view const last,
                              std::size_t const count) {
    std::vector<std::string> found;
    if (count == 0) return found;
    bool const in_the_dark = range.open_end || pages_left(letters, range, first, last) > in_the_dark_from;
    if (in_the_dark) add_branch_ends(found, range, first, last, (count + 1) / 2);
    std::erase_if(found, [&](std::string const& cut) { return !inside(cut, range, last); });
    // The others evenly in front of the nearest of those, where most keys will be.
    bool const to_branch = !found.empty();
    std::string const until = to_branch ? *std::ranges::min_element(found) : range.until;
    bool const open = range.open_end && !to_branch;
    std::size_t const same = open ? 0 : at_character(last, common(last, until));
    double const from = letters.place_of(last, same), to = open ? 1.0 : letters.place_of(until, same);
    std::size_t const n = count - found.size();
    for (std::size_t i = 1; i <= n; ++i) {
        double const place = from + (to - from) * static_cast<double>(i) / static_cast<double>(n + 1);
        found.push_back(std::string(last.substr(0, same)) + letters.text_at(place, cut_size));
    }
    std::erase_if(found, [&](std::string const& cut) { return !inside(cut, range, last); });
    std::ranges::sort(found);
    auto const again = std::ranges::unique(found);
    found.erase(again.begin(), again.end());
    return found;
}

double pages_left(alphabet const& letters, key_range const& range, std::string_view const first, std::string_view const last) {
    std::size_t const same = range.open_end ? 0 : at_character(last, common(last, range.until));
    if (common(first, last) < same) return 0;  // the end of the range lies within this page's own spread
    double const end = range.open_end ? 1.0 : letters.place_of(range.until, same);
    double const there = letters.place_of(last, same), began = letters.place_of(first, same);
    if (end <= there) return 0;
    if (there <= began) return beyond_measure;
    return std::min(beyond_measure, (end - there) / (there - began));
}

}  // namespace sluice::inline v0::transfer
