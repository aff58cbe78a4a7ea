#pragma once

#include "async/clock.hpp"

#include <sluice/range_engine.hpp>

namespace sluice::inline v0::transfer {

/// The first request of a transfer, answered: its head tells size and version, so no HEAD is ever sent.
class opening {
public:
    opening(body_reader first, resolved_range all, get_options others) : first(std::move(first)), all(all), others(std::move(others)) {}

    body_reader first;   ///< open on the front of `all`, or on the whole of it
    resolved_range all;  ///< what the caller asked for, cut to the object
    get_options others;  ///< for the requests that follow: pinned to this version

    object_meta const& object() const noexcept { return first.object(); }
    /// Bytes behind those that `first` delivers.
    std::uint64_t rest() const noexcept { return all.length - first.range().length; }
};

/// What is asked for after `opened` was: that version, and no condition of the caller's, which the first answer met.
get_options pinned(get_options const& asked, object_meta const& opened);

/// Opens `range`, as `options` that are settled say, with a request for at most `first_size` bytes of it (all of it for `single`).
///
/// Errors: those of `get`; protocol when the store answers another range, or parts are needed and no strong ETag pins the version.
awaitable<opening> open_first(std::shared_ptr<object_store> store, object_key where, byte_range range, std::uint64_t first_size,
                              range_engine_options options, async::time_point deadline);

/// `given`, with all that it leaves to the store. Pure.
range_engine_options settled(range_engine_options given, reading_habit const& store);

/// The size of the parts behind the first, which are `rest` bytes; `options` are settled. Pure.
std::uint64_t part_size_of(range_engine_options const& options, std::uint64_t rest) noexcept;

/// When a transfer that begins now must have ended: `options.get.time_limit` is of the whole.
async::time_point deadline_of(range_engine_options const& options, async::clock const& clock);

/// `options` with what is left until `deadline` as the limit of one part.
get_options until(get_options options, async::clock const& clock, async::time_point deadline);

/// Errors: invalid_argument for a zero in a size or count of options that are settled, and for `sharded` without contexts.
void check(range_engine_options const& options, object_store const& store, object_key const& where);

/// What is put together must be of one version: If-Match asks for that, but a service or a cache in between may not look at it.
/// Errors: precondition_failed.
void check_same_version(object_meta const& opened, object_meta const& part, object_store const& store, object_key const& where);

/// Throws `error` for a transfer's own findings.
[[noreturn]] void fail(errc reason, object_store const& store, object_key const& where, std::string detail);

}  // namespace sluice::inline v0::transfer
