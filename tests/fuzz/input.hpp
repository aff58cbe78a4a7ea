#pragma once

#include "must.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the fuzzers have in common. Inputs are text, so that people can write and read them: numbers in decimal, a line for each thing that
// is not the last.
namespace sluice::fuzz {

/// An input, taken from its front. Every input is good: what is missing is 0 or empty.
class input {
public:
    explicit input(std::string_view const all) : rest_(all) {}

    bool empty() const noexcept { return rest_.empty(); }

    /// Digits, as a number of 0 to `most`, and the blank or line end behind them.
    std::uint64_t number(std::uint64_t const most = std::numeric_limits<std::uint64_t>::max()) noexcept {
        std::uint64_t value = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1))
            value = value * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
        if (!rest_.empty()) rest_.remove_prefix(1);
        return value <= most ? value : value % (most + 1);
    }

    /// Up to the end of the line, which is taken, too.
    std::string_view line() noexcept {
        std::string_view const taken = rest_.substr(0, rest_.find('\n'));
        rest_.remove_prefix(std::min(taken.size() + 1, rest_.size()));
        return taken;
    }

    std::vector<std::uint64_t> numbers() {
        std::vector<std::uint64_t> all;
        for (input of(line()); !of.empty();) all.push_back(of.number());
        return all;
    }

    std::string_view rest() noexcept { return std::exchange(rest_, {}); }

private:
    std::string_view rest_;
};

/// How long the pieces are in which something comes: over and over what a line of the input says; without any number all at once.
class pieces {
public:
    explicit pieces(input& in) : sizes_(in.numbers()) {}

    /// Of `left` bytes: 1 at least, unless there are none.
    std::size_t next(std::size_t const left) noexcept {
        if (sizes_.empty()) return left;
        std::uint64_t const size = sizes_[at_++ % sizes_.size()];
        return static_cast<std::size_t>(std::clamp<std::uint64_t>(size, std::min<std::size_t>(left, 1), left));
    }

private:
    std::vector<std::uint64_t> sizes_;
    std::size_t at_ = 0;
};

inline std::span<std::byte const> bytes_of(std::string_view const text) noexcept { return std::as_bytes(std::span(text)); }

/// Without control characters: what may stand in a message.
inline bool is_one_line(std::string_view const text) noexcept {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// What a target does with one input.
void run(input in);

}  // namespace sluice::fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* const data, std::size_t const size) {
    sluice::fuzz::run(sluice::fuzz::input({reinterpret_cast<char const*>(data), size}));
    return 0;
}
