#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace sluice::inline v0::transfer {

/// Notices that page tokens go round in a circle of any length, and remembers only one (Brent's algorithm).
class token_watch {
public:
    explicit token_watch(std::string first) : remembered_(std::move(first)) {}

    /// Whether the listing was at this place before.
    bool seen(std::string const& token) {
        if (token == remembered_) return true;
        if (++since_ == patience_) {
            remembered_ = token;
            patience_ *= 2;
            since_ = 0;
        }
        return false;
    }

private:
    std::string remembered_;
    std::uint64_t since_ = 0, patience_ = 1;
};

}  // namespace sluice::inline v0::transfer
