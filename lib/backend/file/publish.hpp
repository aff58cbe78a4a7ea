#pragma once

#include "backend/file/folders.hpp"
#include "backend/file/fresh_file.hpp"
#include "backend/file/key_path.hpp"

#include <sluice/object.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::file {

/// On which terms a fresh file takes the name of an object.
struct publish_terms {
    publish_terms() {}
    explicit publish_terms(put_options const& options) : create_only(options.create_only), if_match(options.if_match) {}
    bool create_only = false;
    std::string if_match;
};

/// Where a fresh file belongs.
struct place {
    place() {}
    uring::directory folder;
    unsigned mode = 0;  ///< as of open(2): that of what it replaces, or what the umask is to make of
    roots::folder root;
};

/// The folder of `where`, made when it is missing. Errors: those of `begin_file`.
awaitable<result<place>> find_place(operation* op, key_path where, publish_terms terms);

/// A fresh file for `where`, in the folder it belongs to. `flags` are added to those of open(2).
/// Errors: those of the terms as far as they can be told now; those of `make_folder`.
awaitable<result<fresh_file>> begin_file(operation* op, key_path where, publish_terms terms, int flags);

/// What has the name now. Errors: not_found; invalid_argument when it is a folder.
awaitable<result<std::optional<uring::file_status>>> look_for(uring::directory* folder, std::string name);

/// Whether the terms hold against what has the name. Errors: already_exists, precondition_failed.
result<void> check_terms(publish_terms const& terms, std::optional<uring::file_status> const& there);

/// Puts a finished file in its place, in one step: flushes it as the store's durability says, and gives it the name.
/// Errors: those of the terms, no_space, io: then the name is still what it was. ambiguous: it is the new one, but its folder could
/// not be flushed.
/// Cancel: the name is the old or the new one.
awaitable<result<put_result>> publish(operation* op, fresh_file* fresh, key_path where, publish_terms terms);

}  // namespace sluice::inline v0::file
