#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/object_store.hpp>
#include <sluice/operations.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0 {

/// Options of `list_sharded`.
struct sharded_list_options : call_options {
    sharded_list_options() {}
    std::string start_after;                    ///< only keys behind this one
    std::size_t in_flight = 32;                 ///< requests outstanding at once
    std::uint64_t memory_limit = 256ull << 20;  ///< about so many bytes of entries wait for their turn
};

/// Every key under `prefix`, in key order, as `for_each_page` gives them, but many parts of the key space are listed at once: for millions
/// of keys. Where to divide it is learned from the keys that come; nothing need be known about them. Small listings cost one request.
///
/// `visit` gets objects only, never an empty page, and is awaited before the next; returning false ends the listing.
/// Errors: those of `list`, after all requests have stopped; unsupported when the store does not list in the order of the keys' bytes
/// (`capabilities::ordered_listing`).
/// Cancel: leaves nothing behind.
SLUICE_API awaitable<void> list_sharded(std::shared_ptr<object_store> store, std::string prefix, sharded_list_options options,
                                        page_visitor visit);

}  // namespace sluice::inline v0
