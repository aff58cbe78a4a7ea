#pragma once

#include "cloud/refusal.hpp"
#include "http/response_head.hpp"
#include "retry/retry_state.hpp"

#include <sluice/error.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::gcs {

using cloud::refusal;

/// `body`: an error document of the JSON API, or the plain text that downloads and uploads answer. Never fails: what cannot be read is left
/// out. `code` becomes the reason of the first error, "rateLimitExceeded"; UserProjectMissing, which has none of its own, is found by its
/// message, and so is "checksumMismatch".
refusal read_refusal(http::response_head const& head, std::string body);

/// The row of the retry table. `anonymous`: no token was sent.
retry::outcome outcome_of(refusal const& r, bool anonymous) noexcept;

/// The failure this means when it is final; the detail says what to do about it.
failure failure_of(refusal const& r, bool anonymous);

/// What a 412 means for a create-only write.
failure already_there(failure f);

}  // namespace sluice::inline v0::gcs
