#pragma once

#include "backend/file/operation.hpp"
#include "store/conditions.hpp"
#include "uring/alignment.hpp"
#include "uring/file.hpp"

#include <sluice/object.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::file {

/// An object's file, open, and what it was when it was opened.
struct opened_object {
    opened_object() {}
    uring::file file;
    object_meta meta;
    std::optional<uring::alignment> direct;  ///< when it was opened past the page cache
};

/// Opens the operation's key. Errors: not_found, also for folders; invalid_argument for keys that are no paths and for what is no file;
/// those of the conditions; unsupported for a version or key, and for direct access where the file system cannot: see `by_access`.
awaitable<result<opened_object>> open_object(operation* op, file_access access, store::read_conditions conditions);

/// As `open_object`, without the right to read: what is there, by the access the settings allow.
awaitable<result<object_meta>> look_at(operation* op, store::read_conditions conditions);

/// `range` within the object. Errors: range_not_satisfiable when it begins at or behind the end of one that is not empty.
result<resolved_range> within(object_meta const& object, byte_range range);

/// precondition_failed when the file is no longer what `meta` tells: it was written to in place while it was read.
awaitable<result<void>> check_unchanged(uring::file* file, object_meta const* meta);

}  // namespace sluice::inline v0::file
