#include "backend/file/direct_plan.hpp"

#include <algorithm>

namespace sluice::inline v0::file {

direct_step next_direct_step(uring::alignment const align, void const* const memory, std::uint64_t const offset,
                             std::size_t const size) noexcept {
    std::uint64_t const unit = align.offset();
    auto const whole = static_cast<std::size_t>(uring::aligned_down(std::min(size, longest_direct), unit));
    bool const worth_it = size % unit == 0 || size >= worth_a_call_of_its_own;
    if (whole > 0 && worth_it && align.fits(memory, offset, whole)) return {true, whole};

    // By way of the buffer only up to where the rest fits as it is, or a chunk of it.
    auto const to_boundary = static_cast<std::size_t>(uring::aligned_up(offset, unit) - offset);
    bool const rest_fits = to_boundary > 0 && size >= to_boundary + worth_a_call_of_its_own &&
                           align.fits(static_cast<std::byte const*>(memory) + to_boundary, offset + to_boundary, 0);
    std::uint64_t const end_of_chunk = uring::aligned_down(offset, unit) + direct_chunk;
    return {false, rest_fits ? to_boundary : static_cast<std::size_t>(std::min<std::uint64_t>(size, end_of_chunk - offset))};
}

}  // namespace sluice::inline v0::file
