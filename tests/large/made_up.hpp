#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::large {

/// The bytes of a large object from `offset` on, made up: no two pages are alike.
void make_up(std::uint64_t offset, std::span<char> into);

/// A CRC of bytes that came or went in pieces, in any order.
struct piece {
    std::uint64_t length = 0;
    std::uint64_t crc = 0;
};
piece summed(std::string_view data);
piece joined(piece const& front, piece const& behind);

/// What a service has seen of one object; nothing of it is kept but sums.
///
/// Threads: any.
class seen {
public:
    void add(std::string name, piece of);
    /// The sum of those, in that order, under the name `as`; nothing when one of them never came.
    std::optional<piece> join(std::vector<std::string> const& names, std::string as);
    /// Of every piece, in the order of names.
    piece all() const;
    piece of(std::string const& name) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, piece> pieces_;
};

}  // namespace sluice::large
