#pragma once

#include "backend/file/fresh_file.hpp"
#include "backend/file/journal.hpp"
#include "backend/file/publish.hpp"

#include <sluice/upload.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0::file {

/// A file that is being made, as far as it is. One that may be taken up again has a journal: it is named from the beginning, and its
/// journal beside it, after what is being written; both stay when it is dropped.
struct lasting_file {
    lasting_file() {}
    fresh_file fresh;
    std::unique_ptr<journal> log;     ///< null: nothing stays of it
    std::vector<written_part> parts;  ///< what an interrupted upload had finished
};

/// The file for `where`: with `resume_as`, what another upload of that name has left of it, or a new one that may be taken up again. Where
/// it cannot be, it is one as without: somebody else is writing it, or has put it there, there are no locks, or /proc does not tell when
/// the machine was started. Errors: those of `begin_file`. Cancel: what was left is left.
awaitable<result<lasting_file>> make_file(operation* op, key_path where, put_options options, int flags);

/// What was made for an upload that does not begin after all: what another had left stays, else nothing.
awaitable<void> unmake_file(lasting_file* made);

}  // namespace sluice::inline v0::file
