#pragma once

#include "uring/request.hpp"

namespace sluice::inline v0::uring {

/// Does the call on this thread, waiting for the disk. Answers as the kernel does: a count or descriptor, or minus an errno.
std::int32_t system_call(request const& r) noexcept;

}  // namespace sluice::inline v0::uring
