#pragma once

#include <sluice/object_store.hpp>

#include <cstdint>
#include <memory>

namespace sluice::inline v0 {

/// How much may be under way at once.
struct limited_options {
    limited_options() {}
    std::size_t operations = 64;         ///< calls that are being awaited
    std::uint64_t bytes = 256ull << 20;  ///< of caller's memory that those calls read into or write from
};
static_assert(!std::is_aggregate_v<limited_options>);

/// `inner` with a bound on what is under way at once; first come, first served, over all coroutines and contexts.
///
/// Only calls count: an open body or upload holds nothing between two calls, so that whoever waits is served in the end. A call larger
/// than the bound on bytes goes alone. Waiting is part of the operation's time for the caller, not of `call_options::time_limit`.
/// Errors: those of `inner`; invalid_argument from here when a bound is zero. Cancel: a call that waits has not been made.
SLUICE_API std::shared_ptr<object_store> make_limited(std::shared_ptr<object_store> inner, limited_options options = {});

}  // namespace sluice::inline v0
