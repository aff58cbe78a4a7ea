#pragma once

#include "backend/file/keeper.hpp"
#include "backend/file/opening.hpp"

#include <sluice/body.hpp>
#include <sluice/object_store.hpp>

#include <memory>
#include <span>

namespace sluice::inline v0::file {

/// `range` of the operation's key into the front of `into`. Errors: those of `object_store::read`.
awaitable<result<read_result>> read_object(operation* op, byte_range range, std::span<std::byte> into, get_options options);

/// Opens the operation's key for reading in order.
awaitable<result<std::unique_ptr<body_source>>> open_body(operation* op, std::shared_ptr<core const> store, get_options options);

}  // namespace sluice::inline v0::file
