#pragma once

#include <cstdint>
#include <limits>

namespace sluice::inline v0 {

/// Which bytes of an object: all, [offset, offset + length), from an offset on, or the last n. Lengths past the end are cut.
struct byte_range {
    enum class kind : std::uint8_t { whole, bounded, from, last };

    kind what = kind::whole;
    std::uint64_t offset = 0;  ///< first byte; unused by `last`
    std::uint64_t length = 0;  ///< bytes wanted; unused by `from` and `whole`

    static constexpr byte_range whole() noexcept { return {}; }
    static constexpr byte_range bounded(std::uint64_t offset, std::uint64_t length) noexcept { return {kind::bounded, offset, length}; }
    static constexpr byte_range from(std::uint64_t offset) noexcept { return {kind::from, offset, 0}; }
    static constexpr byte_range last(std::uint64_t length) noexcept { return {kind::last, 0, length}; }

    friend bool operator==(byte_range const&, byte_range const&) = default;
};

/// A range with its object's size known: [offset, offset + length) inside the object.
struct resolved_range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    friend bool operator==(resolved_range const&, resolved_range const&) = default;
};

/// What `wanted` means in an object of `size` bytes. An offset at or past the end gives length 0 and offset `size`.
constexpr resolved_range resolve(byte_range wanted, std::uint64_t size) noexcept {
    switch (wanted.what) {
    case byte_range::kind::whole: return {0, size};
    case byte_range::kind::last:
        return wanted.length >= size ? resolved_range{0, size} : resolved_range{size - wanted.length, wanted.length};
    case byte_range::kind::from:
        return wanted.offset >= size ? resolved_range{size, 0} : resolved_range{wanted.offset, size - wanted.offset};
    case byte_range::kind::bounded: break;
    }
    if (wanted.offset >= size) return {size, 0};
    std::uint64_t const rest = size - wanted.offset;
    return {wanted.offset, wanted.length < rest ? wanted.length : rest};
}

}  // namespace sluice::inline v0
