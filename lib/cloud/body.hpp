#pragma once

#include "cloud/download.hpp"

#include <sluice/body.hpp>
#include <sluice/options.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace sluice::inline v0::cloud {

/// The whole of a `read`: `range` into the front of `into`; a body whose bits changed on the way is asked for again. Errors are raised by
/// the operation of `*how`, which outlives the await.
awaitable<read_result> read_into(reading* how, byte_range range, std::span<std::byte> into);

/// The body of `get`.
awaitable<body_reader> open_body(std::unique_ptr<reading> how, byte_range range);

}  // namespace sluice::inline v0::cloud
