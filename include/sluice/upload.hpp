#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/object.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0 {

/// Where a part of an upload belongs. Numbers begin at 1 and rise with the offsets.
struct part_place {
    std::uint32_t number = 1;
    std::uint64_t offset = 0;  ///< of the part's first byte in the object
};

/// A part that has been written.
struct written_part {
    part_place where;
    std::uint64_t size = 0;
};

/// What a store implements for `create_upload`.
class SLUICE_API upload_target {
public:
    virtual ~upload_target() = default;
    virtual std::string id() const = 0;
    virtual std::vector<written_part> parts() const = 0;
    virtual awaitable<void> write(part_place where, payload data) = 0;
    virtual awaitable<put_result> complete() = 0;
    virtual awaitable<void> abort() = 0;
};

/// An object that is being written in parts; nobody sees it before `complete`.
///
/// Lifetime: copies are the same upload. When the last one goes, what a file store has written is removed (unless the upload may be
/// taken up again, see `put_options::resume_as`); an object store keeps the parts until `abort`. Threads: `write` from any number of
/// coroutines at once; `complete` and `abort` when no `write` is under way.
class SLUICE_API upload {
public:
    explicit upload(std::shared_ptr<upload_target> target) : target_(std::move(target)) {}

    /// The service's name for it, by which it can be aborted from elsewhere; empty where there is none.
    std::string id() const { return target_->id(); }

    /// What has been written so far, by number; at the beginning what an interrupted upload had left.
    std::vector<written_part> parts() const { return target_->parts(); }

    /// Writes one part, in any order; writing a number again replaces that part.
    ///
    /// Errors: invalid_argument when the upload has ended or the number is 0 or above `capabilities::max_parts`.
    /// Cancel and failure: the part counts as not written; the upload goes on.
    awaitable<void> write(part_place where, payload data) { return target_->write(where, std::move(data)); }

    /// Makes the parts the object: readers see the old or the new one, never a mix. No part at all is an empty object.
    ///
    /// Errors: invalid_argument naming the place when the parts leave a gap or overlap (nothing is sent then, parts may still be
    /// written); already_exists and precondition_failed by the conditions given to `create_upload`.
    /// Cancel: the object may or may not have been replaced.
    awaitable<put_result> complete() { return target_->complete(); }

    /// Throws the parts away. Again, or after `complete`: nothing happens.
    awaitable<void> abort() { return target_->abort(); }

private:
    std::shared_ptr<upload_target> target_;
};

}  // namespace sluice::inline v0
