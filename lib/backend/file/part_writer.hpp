#pragma once

#include "uring/alignment.hpp"
#include "uring/direct_buffers.hpp"
#include "uring/file.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/error.hpp>

#include <cstdint>
#include <memory>

namespace sluice::inline v0::file {

class core;

/// Writes parts of a file that is being made: any offset, any length, any order, several at once.
class part_writer {
public:
    virtual ~part_writer() = default;

    /// When it returns, the bytes are in the file, the last as well as the first: should the process die then, another one goes on with
    /// the parts after this. Lifetime: `to` and `data` until the await completes. Throws what the source of `data` throws.
    virtual awaitable<result<void>> write(uring::file* to, std::uint64_t offset, payload const* data) = 0;

    /// All parts are written: the file is now `size` bytes long. No `write` is under way.
    virtual awaitable<result<void>> finish(uring::file* to, std::uint64_t size) = 0;
};

std::unique_ptr<part_writer> make_buffered_writer();

/// For a file that was opened O_DIRECT and now is `size` bytes long. Lifetime: not beyond that of `buffers`.
std::unique_ptr<part_writer> make_direct_writer(uring::alignment align, uring::direct_buffers& buffers, std::uint64_t size);

}  // namespace sluice::inline v0::file
