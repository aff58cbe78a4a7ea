#pragma once

#include "uring/files.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <string>

namespace sluice::inline v0::file {

/// A file that is being made: without a name where the file system can have such, else with that of a half-written one. While it has that
/// name it is locked, so that nobody takes it for the leavings of a dead process.
///
/// Lifetime: destroyed before it has its own name, nothing is left of it, unless it is to `outlive` this. Stays where it is while one of
/// its coroutines is awaited.
class fresh_file {
public:
    fresh_file() noexcept {}
    fresh_file(fresh_file&& other) noexcept;
    fresh_file& operator=(fresh_file&& other) noexcept;
    ~fresh_file();

    /// `partial`: the name it goes by when it needs one before its own. `flags` are added to those of open(2); `mode` as of open(2).
    /// Errors: not_found when `folder` has been removed; already_exists when it is to be tried again by another name.
    static awaitable<result<fresh_file>> create(uring::directory folder, std::string partial, int flags, unsigned mode);

    /// One that is open already, locked, and goes by `partial` in `folder`.
    static fresh_file named(uring::directory folder, uring::file content, std::string partial) noexcept;

    /// From now on only `discard`, or its own name, takes it away.
    void outlive() noexcept { outlives_ = true; }

    uring::file& content() noexcept { return file_; }
    uring::directory& folder() noexcept { return folder_; }
    bool has_name() const noexcept { return named_; }

    /// Without a name it can still go elsewhere on the same file system.
    void move_to(uring::directory folder) noexcept { folder_ = std::move(folder); }

    /// The same for coroutines of another context; this is empty afterwards. Errors: io, when there are no more descriptors.
    result<fresh_file> move_to(uring::files& other);

    /// Nothing is left of it, as at the end of its life, but awaited. Errors: io, when one that was to outlive this does so.
    awaitable<result<void>> discard();

    /// Takes `name`, if nobody has it. Errors: already_exists; not_found when the folder has been removed; unsupported.
    awaitable<result<void>> take(std::string name);
    /// Takes the name that `folder` needs it to have before it can replace another. Errors: not_found when the folder has been removed.
    awaitable<result<void>> take_partial();
    /// Takes `name` from whoever has it; after `take_partial`.
    awaitable<result<void>> replace(std::string name);

private:
    awaitable<result<void>> create_named(int flags, unsigned mode);
    awaitable<failure> why_not(failure why);
    void remove_now() noexcept;

    uring::directory folder_;
    uring::file file_;
    std::string partial_;
    bool named_ = false;     // as `partial_`, in `folder_`
    bool outlives_ = false;  // then the name stays
};

}  // namespace sluice::inline v0::file
