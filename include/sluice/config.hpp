#pragma once

#include <boost/version.hpp>

/// Marks what leaves the library; all else is hidden.
#define SLUICE_API __attribute__((visibility("default")))

#define SLUICE_CONCAT_(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_(a, b)

namespace sluice::inline v0::detail {

// Asio types cross our boundary, so a program must be compiled with the Boost version the library was built with.
// A mismatch is an undefined reference to this very name at link time, not a crash later.
SLUICE_API extern int const SLUICE_CONCAT(built_with_boost_, BOOST_VERSION);
[[maybe_unused]] inline int const* const boost_version_check = &SLUICE_CONCAT(built_with_boost_, BOOST_VERSION);

}  // namespace sluice::inline v0::detail
