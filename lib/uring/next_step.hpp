#pragma once

#include "uring/request.hpp"

namespace sluice::inline v0::uring {

enum class step : std::uint8_t { deliver, again, aborted };

/// What to do with the kernel's answer to the n-th try of a call. Pure.
/// `again`: interrupted (a thread of the kernel's or ours ended), or told to ask again, a bounded number of times.
step next_step(opcode what, std::int32_t answer, bool cancel_wanted, unsigned tries) noexcept;

}  // namespace sluice::inline v0::uring
