#pragma once

#include "backend/gcs/core.hpp"
#include "backend/gcs/session_note.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>
#include <sluice/gcs_sessions.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::gcs {

/// What is kept of a resumable upload for other processes; of most nothing is.
struct kept_session {
    kept_session() {}
    std::shared_ptr<kept_gcs_session> place;  ///< null: it is not kept
    session_note note;                        ///< as it was saved last; its target is empty where nothing was

    bool has(std::string const& target) const noexcept { return place && !target.empty() && note.target == target; }
};

/// Claims the place of a put with `resume_as`, with what was left there. Errors: what the keeper throws.
awaitable<kept_session> claim_session(core const* store, object_key key, put_options const* options);

/// Saves `note`, unless it is saved already. Errors: what the keeper throws.
awaitable<void> keep_session(kept_session* what, session_note note);

/// The upload has ended. What the keeper throws is logged.
awaitable<void> forget_session(core const* store, kept_session* what);

/// Whether an upload that failed so may succeed later: it is kept then.
bool is_worth_keeping(boost::system::error_code failed) noexcept;

}  // namespace sluice::inline v0::gcs
