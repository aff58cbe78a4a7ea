#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::inline v0::transfer {

/// One request: bytes [offset, offset + length) of what is read.
struct range_part {
    std::uint64_t offset;
    std::uint64_t length;

    friend bool operator==(range_part const&, range_part const&) = default;
};

/// What becomes of a last part much smaller than the others.
enum class tail_part {
    evened,  ///< the parts before it become a little smaller: a tiny tail costs a whole round trip
    kept,    ///< for uploads: a part may have a least size, and some services want all but the last alike
};

/// `length` bytes from `offset` on in parts of at most `part_size`, in order, without gap or overlap; computed, not kept, so that an
/// object of any size costs no memory.
///
/// Evened, the last part is never shorter than a quarter of `part_size` if there is more than one, unless there are more parts than half
/// the bytes of one. `part_size` must not be zero.
class part_plan {
public:
    part_plan(std::uint64_t offset, std::uint64_t length, std::uint64_t part_size, tail_part tail = tail_part::evened) noexcept;

    std::uint64_t size() const noexcept { return length_ / size_ + (length_ % size_ != 0); }
    range_part operator[](std::uint64_t i) const noexcept { return {offset_ + i * size_, std::min(size_, length_ - i * size_)}; }

private:
    std::uint64_t offset_;
    std::uint64_t length_;
    std::uint64_t size_;
};

/// The part size for `length` bytes that `workers` read at once: `most`, but no more than makes a part for each of them, and no less than
/// `least` (or `most`, whichever is smaller). None of the three is zero.
std::uint64_t fitting_part(std::uint64_t length, std::uint64_t least, std::uint64_t most, std::size_t workers) noexcept;

/// A wanted piece of an object; `at` says where its first byte goes.
struct wanted_range {
    std::uint64_t offset;
    std::uint64_t length;
    std::uint64_t at;
};

/// One request that serves several wanted ranges, given by their index in the list that was asked for.
struct merged_range {
    std::uint64_t offset;
    std::uint64_t length;
    std::vector<std::size_t> serves;
};

/// Merges wanted ranges that overlap or lie at most `gap` bytes apart; the order of the result is by offset.
///
/// Reading `gap` useless bytes must cost less than one more request: about first-byte time x bandwidth (Arrow's rule,
/// arrow/io/caching.cc). Empty ranges are served by no request.
std::vector<merged_range> merge_ranges(std::vector<wanted_range> const& wanted, std::uint64_t gap);

}  // namespace sluice::inline v0::transfer
