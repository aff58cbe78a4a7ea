#pragma once

#include "uring/directory.hpp"

#include <cstdint>
#include <span>

namespace sluice::inline v0::uring {

/// A name within a directory, to be looked at, and what came of it.
///
/// Lifetime: names neither directory nor name of its own.
struct look {
    look(directory* d, char const* n) noexcept : where(d), name(n) {}

    directory* where;
    char const* name;        ///< a plain one
    file_status status;      ///< without what direct reads need
    std::int32_t error = 0;  ///< an errno

    /// As `directory::status`.
    result<file_status> outcome() const;
};

/// Looks at many names at once, which costs far less than one by one. Symbolic links are not followed.
///
/// Lifetime: `all`, its names and directories, which are of one context, stay where they are until the await completes.
awaitable<void> look_at_all(std::span<look> all);

}  // namespace sluice::inline v0::uring
