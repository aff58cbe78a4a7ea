#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::inline v0::testing {

/// SplitMix64: the same seed, the same numbers, on every machine.
class chance {
public:
    explicit chance(std::uint64_t seed) noexcept : state_(seed) {}
    std::uint64_t next() noexcept {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    /// In [0, below); 0 for 0.
    std::uint64_t below(std::uint64_t below) noexcept { return below == 0 ? 0 : next() % below; }
    bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

private:
    std::uint64_t state_;
};

/// A digest of what happened, in order (FNV-1a, 64 bits).
class trace_hash {
public:
    void add(std::uint64_t value) noexcept {
        for (int i = 0; i < 8; ++i, value >>= 8) byte(static_cast<unsigned char>(value));
    }
    void add(std::string_view text) noexcept {
        for (char const c : text) byte(static_cast<unsigned char>(c));
        add(text.size());
    }
    std::uint64_t value() const noexcept { return value_; }

private:
    void byte(unsigned char b) noexcept { value_ = (value_ ^ b) * 0x100000001b3; }
    std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace sluice::inline v0::testing
