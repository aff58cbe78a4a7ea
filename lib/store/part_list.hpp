#pragma once

#include <sluice/error.hpp>
#include <sluice/upload.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace sluice::inline v0::store {

/// The parts of one upload: what was written where, and whether together they are an object. Without a lock.
class part_list {
public:
    explicit part_list(std::uint32_t max_parts) noexcept : max_parts_(max_parts) {}

    /// Errors: invalid_argument for a number or an offset that no part of any upload can have.
    result<void> check(part_place where, std::uint64_t size) const;

    /// A part has been written; the same number again replaces it.
    void add(part_place where, std::uint64_t size) { parts_.insert_or_assign(where.number, written_part{where, size}); }

    /// A part is about to be written over: it counts as not written.
    void drop(std::uint32_t number) { parts_.erase(number); }

    /// What a write there spoils where parts share one file: the part of that number, and those it runs into. Told of parts in the order of
    /// their offsets, as those of an object are.
    std::vector<std::uint32_t> spoilt_by(part_place where, std::uint64_t size) const;

    /// The size of the object. Errors: invalid_argument naming the first part that does not begin where the one before it ends.
    result<std::uint64_t> whole() const;

    /// By number.
    std::vector<written_part> parts() const;

private:
    std::uint32_t max_parts_;
    std::map<std::uint32_t, written_part> parts_;
};

}  // namespace sluice::inline v0::store
