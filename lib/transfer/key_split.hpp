#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Where to cut a range of keys. Pure.
namespace sluice::inline v0::transfer {

/// The bytes that keys are made of, as far as was seen: cuts are made of these only, so that few of them fall where no key can be.
class alphabet {
public:
    alphabet();

    /// Also takes the rest of a class of which one was seen: digits, small letters, capitals.
    void learn(std::string_view key) noexcept;

    /// `text` from `at` on as a fraction of 0 to 1, in the order of bytes (equal for texts that begin alike for long).
    double place_of(std::string_view text, std::size_t at) const noexcept;
    /// A text of that place, `size` bytes at most; valid UTF-8.
    std::string text_at(double place, std::size_t size) const;

private:
    void refresh() const noexcept;
    std::array<bool, 256> seen_{};
    mutable bool fresh_ = false;
    mutable std::array<unsigned char, 256> rank_{}, byte_{};
    mutable unsigned size_ = 0;
};

/// A part of the key space: keys behind `after`, up to `until`, which is included. Without `until`: to the end of what begins with the
/// prefix.
struct key_range {
    std::string after;
    std::string until;
    bool open_end = false;
};

/// At most `count` cuts of what is left of `range` behind `last`, rising, strictly inside. `first` and `last` are keys that came from it
/// (`first` may be empty). Some are put where branches of the tree of `last` end, which finds long beginnings in few steps.
std::vector<std::string> cuts(alphabet const& letters, key_range const& range, std::string_view first, std::string_view last,
                              std::size_t count);

/// How many pages like [first, last] fill what is left behind `last`; beyond all measure where nothing can be said.
double pages_left(alphabet const& letters, key_range const& range, std::string_view first, std::string_view last);

}  // namespace sluice::inline v0::transfer
