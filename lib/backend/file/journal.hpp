#pragma once

#include "backend/file/journal_text.hpp"
#include "uring/files.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace sluice::inline v0::file {

/// The file beside a half-written one that tells which of its parts are finished. It is written by whoever holds that one locked.
///
/// Lifetime: stays on the disk until `remove`. Threads: `finished` and `undo` from any number at once, but for one part.
/// Cancel: the line counts as not written, whether it was or not.
class journal {
public:
    /// An empty one, instead of any that is there. Errors: those of the disk; nothing is left then.
    static awaitable<result<std::unique_ptr<journal>>> create(uring::directory* folder, std::string name, journal_head head);

    /// One that is there. Nothing, when there is none that `expected` lets us believe.
    struct found;
    static awaitable<std::unique_ptr<found>> open(uring::directory* folder, std::string name, journal_head expected);

    journal(uring::file opened, std::string name, std::uint64_t end) : file_(std::move(opened)), name_(std::move(name)), end_(end) {}

    /// Before the part is written over, when it may be listed.
    awaitable<result<void>> undo(uring::files* here, std::uint32_t number);
    /// Behind the last byte of the part.
    awaitable<result<void>> finished(uring::files* here, written_part part);

    /// Its name is gone; `folder` is the one it is in.
    awaitable<result<void>> remove(uring::directory* folder);

    /// The same for coroutines of another context. Errors: io, when there are no more descriptors.
    result<std::unique_ptr<journal>> move_to(uring::files& other);

private:
    awaitable<result<void>> append(uring::files* here, std::string line);
    bool may_list(std::uint32_t number) const;
    std::uint64_t next_place();

    uring::file file_;
    std::string const name_;
    mutable std::mutex mutex_;  // guards what follows
    std::uint64_t end_;
    std::set<std::uint32_t> listed_;  // also those whose line failed: it may be there
};

struct journal::found {
    found() {}
    std::unique_ptr<journal> log;
    std::vector<written_part> parts;
};

}  // namespace sluice::inline v0::file
