#pragma once

#include "base/crc.hpp"
#include "transfer/opening.hpp"

#include <sluice/object_store.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sluice::inline v0::transfer {

/// An object that is read in parts, in any order, against the checksum of the whole. No part's answer tells that: a HEAD does. Of objects
/// whose checksum cannot be put together from parts (SHA), and of those that have none, nothing is checked.
///
/// Lifetime: `*from` outlives it. Threads: `took` for different parts at once, also while `ask` is under way.
class whole_check {
public:
    /// `parts`: how many there are. Nothing will be asked unless all of a store's object is read, in more than one, and it tells checksums.
    whole_check(std::shared_ptr<object_store> store, object_key where, opening const* from, std::uint64_t parts);

    bool wanted() const noexcept { return !parts_.empty(); }

    /// Errors: those of `head`.
    awaitable<void> ask(async::clock const* clock, async::time_point deadline);

    /// The bytes of a part. Before `ask` has ended they must stay where they are until `finish`.
    void took(std::uint64_t part, std::span<std::byte const> data) noexcept;

    /// Errors: checksum_mismatch. Nothing is said where a part is missing.
    void finish();

private:
    struct taken {
        std::span<std::byte const> data;
        std::uint64_t crc = 0;
        bool here = false, summed = false;
    };
    void sum(taken& part, base::crc_kind kind) noexcept;

    std::shared_ptr<object_store> store_;
    object_key where_;
    opening const* from_;
    std::vector<taken> parts_;
    object_checksum told_;
    base::crc_kind kind_{};
    std::atomic<bool> known_ = false;  // publishes the two above
};

}  // namespace sluice::inline v0::transfer
