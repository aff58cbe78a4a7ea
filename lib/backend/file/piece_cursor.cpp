#include "backend/file/piece_cursor.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::inline v0::file {

std::size_t piece_cursor::next(std::span<iovec> const into) const noexcept {
    std::size_t count = 0, within = within_;
    for (std::size_t i = piece_; i < pieces_.size() && count < into.size(); ++i, within = 0) {
        std::span<std::byte const> const rest = pieces_[i].view().subspan(within);
        if (rest.empty()) continue;
        into[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};  // the structure of readv and writev knows no const
    }
    return count;
}

void piece_cursor::copy(std::span<std::byte> into) noexcept {
    while (!into.empty() && !at_end()) {
        std::span<std::byte const> const next = run();
        std::size_t const n = std::min(next.size(), into.size());
        std::memcpy(into.data(), next.data(), n);
        into = into.subspan(n);
        moved(n);
    }
}

void piece_cursor::moved(std::uint64_t n) noexcept {
    done_ += n;
    while (n > 0 && !at_end()) {
        std::uint64_t const step = std::min<std::uint64_t>(n, pieces_[piece_].size() - within_);
        within_ += static_cast<std::size_t>(step);
        n -= step;
        skip_empty();
    }
}

void piece_cursor::skip_empty() noexcept {
    while (!at_end() && within_ == pieces_[piece_].size()) {
        ++piece_;
        within_ = 0;
    }
}

}  // namespace sluice::inline v0::file
