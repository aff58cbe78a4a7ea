#pragma once

#include "backend/gcs/writing.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/options.hpp>

#include <memory>

namespace sluice::inline v0::gcs {

/// Writes an object by a resumable upload: after whatever went wrong the service is asked how far it has come, and the upload goes on
/// there; one that is gone begins anew. A checksum that is known goes ahead, that of a source is compared at the end. Cancel and failure:
/// the session is cancelled at the service, which no cancel interrupts. One that is kept (`gcs_settings::sessions`) is left alone by
/// failures that may pass, see `is_worth_keeping`.
awaitable<resource> write_by_session(std::shared_ptr<core const> store, put_place where, payload data, put_options options);

}  // namespace sluice::inline v0::gcs
