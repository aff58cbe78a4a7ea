#pragma once

#include "backend/memory/shelf.hpp"

#include <sluice/upload.hpp>

#include <memory>

namespace sluice::inline v0::memory {

/// Begins an upload onto `objects`. Errors: invalid_argument for a key that no store takes.
awaitable<upload> create_upload(std::shared_ptr<shelf> objects, object_key where, put_options options);

/// The bytes of `data` in one piece. Errors: those of its source.
awaitable<bytes> gather(payload data);

}  // namespace sluice::inline v0::memory
