#pragma once

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace sluice::inline v0 {

/// How often what goes wrong. Every rate is of all calls, from 0 to 1.
struct SLUICE_API faulty_options {
    faulty_options();
    std::uint64_t seed = 1;  ///< same seed and same order of calls: same faults
    double refused = 0;      ///< the call fails and was never made
    double lost = 0;         ///< the call is made, and its outcome lost: the caller sees a failure
    double cut = 0;          ///< an open body ends too early: `truncated`
    double slow = 0;         ///< the call begins only after `delay`
    std::chrono::nanoseconds delay{std::chrono::milliseconds(100)};
    std::vector<errc> reasons;  ///< one of these is the failure; by default throttled, timed_out, connection_lost and server
};

/// `inner`, failing at random: to see what a program does when its store has a bad day. Every fault says in its text that it was made.
///
/// A fault is never a success with wrong bytes. Errors: those of `inner`, and `reasons`; invalid_argument from here for rates outside
/// 0 to 1 or no reasons.
SLUICE_API std::shared_ptr<object_store> make_faulty(std::shared_ptr<object_store> inner, faulty_options options);

}  // namespace sluice::inline v0
