#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::inline v0::cli {

/// The requests of a benchmark in their order: every range of every object, and all that again for each repeat.
class bench_plan {
public:
    struct job {
        std::size_t object = 0;    ///< index of the object
        std::uint64_t offset = 0;  ///< inside it
        std::uint64_t length = 0;
        bool operator==(job const&) const = default;
    };

    /// One request an object when `range_size` is 0; an empty object is one request in any case.
    bench_plan(std::vector<std::uint64_t> sizes, std::uint64_t range_size, std::size_t repeat);

    std::size_t jobs() const noexcept { return first_.back() * repeat_; }
    std::size_t jobs_of_one_pass() const noexcept { return first_.back(); }
    /// Index, within a pass, of an object's first request; of the last object + 1: the number of all.
    std::size_t first_of(std::size_t object) const { return first_.at(object); }
    job at(std::size_t index) const;
    std::uint64_t bytes() const noexcept;
    std::uint64_t largest() const noexcept;

private:
    std::vector<std::uint64_t> sizes_;
    std::vector<std::size_t> first_;
    std::uint64_t range_size_;
    std::size_t repeat_;
};

}  // namespace sluice::inline v0::cli
