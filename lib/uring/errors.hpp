#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::uring {

/// What an errno of a file call means to a caller.
errc reason_of(int error) noexcept;

/// "cannot <doing> <path>: <what the system says>".
failure file_failure(std::string_view doing, std::string_view path, int error);

}  // namespace sluice::inline v0::uring
