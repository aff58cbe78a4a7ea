#pragma once

#include "uring/request.hpp"

#include <liburing.h>
#include <linux/openat2.h>

namespace sluice::inline v0::uring {

/// Fills `sqe` with a request that has a form on the ring, all but its user data. `how` lives until it is submitted.
void prepare(io_uring_sqe& sqe, request const& r, open_how& how) noexcept;

}  // namespace sluice::inline v0::uring
