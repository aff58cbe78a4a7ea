#pragma once

#include <sluice/awaitable.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0 {

/// The place of one resumable upload, held by whoever writes it: what is saved here, the next process that claims it goes on with.
///
/// Lifetime: with the last pointer it is free for others, and what was saved stays. What is saved is a secret: whoever has it can write the
/// object for a week.
class SLUICE_API kept_gcs_session {
public:
    virtual ~kept_gcs_session() = default;
    /// What was saved last; empty: nothing.
    virtual awaitable<std::string> load() = 0;
    /// Replaces it, all or nothing.
    virtual awaitable<void> save(std::string text) = 0;
    /// The upload has ended: nothing is to be gone on with.
    virtual awaitable<void> forget() = 0;
};

/// Where resumable uploads are kept for other processes, see `gcs_settings::sessions`; to be implemented over any database with locks.
/// Threads: `claim` may be called from several threads at once.
class SLUICE_API gcs_session_keeper {
public:
    virtual ~gcs_session_keeper() = default;
    /// The place of that name, 32 hexadecimal digits. Null: somebody else holds it now.
    virtual awaitable<std::shared_ptr<kept_gcs_session>> claim(std::string name) = 0;
};

/// Keeps each upload in a file of `folder`, "NAME.session", which only its owner can read. The folder is made when it is needed, its
/// parents are not. Errors: io, of whatever is asked; also for a file that others may read, or that is none.
SLUICE_API std::shared_ptr<gcs_session_keeper> keep_gcs_sessions(std::string folder);

}  // namespace sluice::inline v0
