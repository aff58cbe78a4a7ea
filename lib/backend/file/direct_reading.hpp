#pragma once

#include "backend/file/direct_plan.hpp"
#include "uring/direct_buffers.hpp"
#include "uring/file.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sluice::inline v0::file {

/// Reads a file that was opened O_DIRECT: into the caller's memory where offset, length and address are aligned, else by way of an
/// aligned buffer, whose surplus it keeps for whoever reads in order.
///
/// Lifetime: not beyond that of `buffers`. Threads: one coroutine at a time.
class direct_reader {
public:
    direct_reader(uring::alignment align, uring::direct_buffers& buffers) noexcept : align_(align), buffers_(buffers) {}

    /// Some bytes at `offset` into the front of `into`, which is not empty; `left` bytes at least, `into` included, are wanted in order.
    /// Errors: truncated when the file ends first; unsupported where the system says that it cannot.
    awaitable<result<std::size_t>> read_some(uring::file* from, std::uint64_t offset, std::span<std::byte> into, std::uint64_t left);
    /// All of `into`.
    awaitable<result<void>> read_full(uring::file* from, std::uint64_t offset, std::span<std::byte> into);

private:
    std::size_t take(std::uint64_t offset, std::span<std::byte> into) const noexcept;
    awaitable<result<void>> fill(uring::file* from, std::uint64_t offset, std::size_t size);

    uring::alignment const align_;
    uring::direct_buffers& buffers_;
    uring::direct_buffers::piece piece_;
    std::uint64_t begin_ = 0;  // what `piece_` holds
    std::size_t held_ = 0;
};

/// The file ends `missing` bytes too early.
failure cut_short(std::uint64_t missing);

}  // namespace sluice::inline v0::file
