#include "large/made_up.hpp"

#include "base/crc.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::large {

namespace {

constexpr std::size_t page = 4096;

std::string made_noise() {
    std::string data(page, '\0');
    std::uint64_t x = 88172645463325252ull;
    for (char& c : data) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        c = static_cast<char>(x & 0xff);
    }
    return data;
}

std::string const noise = made_noise();

}  // namespace

void make_up(std::uint64_t offset, std::span<char> into) {
    for (std::size_t done = 0; done < into.size();) {
        std::uint64_t const at = offset + done, number = at / page;
        std::size_t const inside = at % page, length = std::min(page - inside, into.size() - done);
        std::memcpy(into.data() + done, noise.data() + inside, length);
        // The page's number stands at its beginning.
        for (std::size_t i = inside; i < std::min<std::size_t>(sizeof number, inside + length); ++i)
            into[done + i - inside] = static_cast<char>(number >> (8 * i) & 0xff);
        done += length;
    }
}

piece summed(std::string_view data) {
    piece one;
    one.length = data.size();
    one.crc = base::crc_extend(base::crc_kind::crc64nvme, 0, std::as_bytes(std::span(data)));
    return one;
}

piece joined(piece const& front, piece const& behind) {
    piece both;
    both.length = front.length + behind.length;
    both.crc = base::crc_combine(base::crc_kind::crc64nvme, front.crc, behind.crc, behind.length);
    return both;
}

void seen::add(std::string name, piece of) {
    std::lock_guard const lock(mutex_);
    pieces_.insert_or_assign(std::move(name), of);
}

std::optional<piece> seen::join(std::vector<std::string> const& names, std::string as) {
    std::lock_guard const lock(mutex_);
    piece whole;
    for (std::string const& name : names) {
        auto const found = pieces_.find(name);
        if (found == pieces_.end()) return std::nullopt;
        whole = joined(whole, found->second);
    }
    pieces_.insert_or_assign(std::move(as), whole);
    return whole;
}

piece seen::all() const {
    std::lock_guard const lock(mutex_);
    piece whole;
    for (auto const& [name, one] : pieces_) whole = joined(whole, one);
    return whole;
}

piece seen::of(std::string const& name) const {
    std::lock_guard const lock(mutex_);
    auto const found = pieces_.find(name);
    return found == pieces_.end() ? piece() : found->second;
}

}  // namespace sluice::large
