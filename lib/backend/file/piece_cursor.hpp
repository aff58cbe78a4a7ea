#pragma once

#include <sluice/bytes.hpp>

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::inline v0::file {

/// Where a write that gathers pieces of memory stands. Pure. Lifetime: not beyond that of the pieces.
class piece_cursor {
public:
    explicit piece_cursor(std::vector<bytes> const& pieces) noexcept : pieces_(pieces) { skip_empty(); }

    bool at_end() const noexcept { return piece_ == pieces_.size(); }
    std::uint64_t done() const noexcept { return done_; }

    /// What comes next, into the front of `into`: how many of its elements.
    std::size_t next(std::span<iovec> into) const noexcept;

    /// What is left of the piece it stands on.
    std::span<std::byte const> run() const noexcept {
        return at_end() ? std::span<std::byte const>() : pieces_[piece_].view().subspan(within_);
    }
    /// Copies what comes next, of any number of pieces, and moves on. `into` is no longer than what is left.
    void copy(std::span<std::byte> into) noexcept;

    /// `n` of those bytes were written.
    void moved(std::uint64_t n) noexcept;

private:
    void skip_empty() noexcept;

    std::vector<bytes> const& pieces_;
    std::size_t piece_ = 0;
    std::size_t within_ = 0;
    std::uint64_t done_ = 0;
};

}  // namespace sluice::inline v0::file
