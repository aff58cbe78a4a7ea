#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/object_store.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sluice::inline v0 {

/// How a large object is read. What is not said here is as the store has it in `capabilities::reading`; who says a threshold or a part
/// size wants `ranges`. The defaults are argued in docs/design.
struct range_engine_options {
    range_engine_options() {}
    std::optional<read_strategy> strategy;
    std::optional<std::uint64_t> threshold;  ///< objects up to here cost exactly one request
    std::optional<std::uint64_t> part_size;
    /// Where fewer than `parts_in_flight` parts of `part_size` would make the object, they are smaller, down to this. Who says a part
    /// size and not this wants no smaller ones.
    std::optional<std::uint64_t> least_part;
    std::optional<std::size_t> parts_in_flight;  ///< requests outstanding at once
    /// For strategy `sharded`: where the parts are read, in turn; the executors of a `runtime`, say. The first part is the caller's own.
    /// Lifetime: none of these contexts, nor the caller's, is stopped or destroyed before the read has ended.
    std::vector<boost::asio::any_io_executor> contexts;
    std::uint64_t memory_limit = 256ull << 20;       ///< for buffers the engine itself allocates (streaming); the window shrinks to fit
    get_options get;                                 ///< conditions and version of the whole read; `get.range` is ignored
    std::function<void(object_meta const&)> opened;  ///< called once, when size and version are known, before the first byte is delivered
};

/// Reads an object, or `range` of it, into the caller's memory, in parts side by side, all of one version.
///
/// No HEAD is sent: the head of the first reply tells size and ETag, the other parts start right then and carry If-Match.
/// `into` must stay valid until the await completes. Errors: buffer_too_small when the bytes do not fit (nothing was written beyond
/// `into`); precondition_failed when the object changed in between; otherwise the first failure, after every part has stopped.
/// Cancel: every part is cancelled and joined; the contents of `into` are unspecified.
SLUICE_API awaitable<read_result> read_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range,
                                              std::span<std::byte> into, range_engine_options options = {});

/// An object in fresh memory. See `read_ranged`.
struct whole_object {
    whole_object() {}
    object_meta object;
    bytes data;
};
SLUICE_API awaitable<whole_object> get_all(std::shared_ptr<object_store> store, object_key where, range_engine_options options = {});

/// Reads an object in order in constant memory: at most `parts_in_flight` parts and `memory_limit` bytes are ahead of `sink`.
///
/// `sink` gets each part once, in order, and is awaited before the next; a slice it keeps stays valid but counts against the window
/// only until it returns. An exception of `sink` ends the read and is rethrown after every part has stopped.
using part_sink = std::function<awaitable<void>(std::uint64_t offset, bytes part)>;
SLUICE_API awaitable<object_meta> stream_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, part_sink sink,
                                                range_engine_options options = {});

/// As `stream_ranged`, but parts come as they finish, in any order, and `sink` may run for several parts at once, with strategy `sharded`
/// on each of the contexts.
SLUICE_API awaitable<object_meta> scatter_ranged(std::shared_ptr<object_store> store, object_key where, byte_range range, part_sink sink,
                                                 range_engine_options options = {});

}  // namespace sluice::inline v0
