#pragma once

#include "options.hpp"
#include "place.hpp"
#include "session.hpp"

#include <sluice/operations.hpp>

#include <string>

namespace sluice::inline v0::cli {

[[noreturn]] void refuse_copy(std::string const& what, std::string const& where);

/// What is said of every object that is written.
put_options written_as(cp_options const& options);

/// How every single copy is done.
copy_options copying(session& at, cp_options const& options);

/// Tells of a finished copy with --json. `resumed`: bytes that were there.
awaitable<void> tell_copy(session* at, std::string from, std::string to, std::uint64_t bytes, std::string etag, std::uint64_t resumed);

/// `cp -r`: everything below one place to the same place below another.
void run_tree_copy(session& at, cp_options const& options);

}  // namespace sluice::inline v0::cli
