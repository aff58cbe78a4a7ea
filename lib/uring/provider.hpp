#pragma once

#include "uring/request.hpp"

#include <sluice/awaitable.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace sluice::inline v0::uring {

/// What `files` does for real, or in a simulated or faulty world.
///
/// Threads: `perform` is awaited on the context the provider serves, by any of its threads.
class SLUICE_API files_provider {
public:
    virtual ~files_provider() = default;

    /// Does one call and answers as the kernel does: a count or descriptor, or minus an errno. Interrupted calls were done again.
    /// Cancel: what has not begun never does; what can be interrupted is; the await ends when the memory it names is no longer used.
    /// It then throws operation_aborted, or returns what came out when that came first.
    virtual awaitable<std::int32_t> perform(request what) = 0;

    /// Does many calls one after another; `answers[i]` is that of `calls[i]`. For those that hardly ever wait for a disk (statx): they
    /// share one way to where they are done and back. None of them opens a descriptor.
    /// Cancel: as of `perform`, between two of them; which are done by then is not said.
    virtual awaitable<void> perform_all(std::span<request const> calls, std::span<std::int32_t> answers);

    /// The status of an open file, where that can be told at once. False: it is to be asked for by `perform`.
    virtual bool status_now(int, struct ::statx&) noexcept { return false; }

    /// Closes without waiting for the context: what a destructor does with a descriptor this provider opened.
    virtual void close_now(int fd) noexcept = 0;

    /// Likewise removes a name that is no directory's.
    virtual void remove_now(int directory, char const* name) noexcept = 0;

    /// A second descriptor of the same open file, or minus an errno. Does not wait for a disk.
    virtual int duplicate(int fd) noexcept = 0;

    /// One line: what serves and why, "io_uring, 256 entries" or "the thread pool, because io_uring_setup says: ...".
    virtual std::string description() const = 0;

    /// The context goes: stops what is being done and waits until no memory of a caller is used. Destroys no coroutine.
    virtual void drain() noexcept {}
    /// After it: drops the coroutines that wait.
    virtual void drop() noexcept {}
};

}  // namespace sluice::inline v0::uring
