#pragma once

#include "uring/provider.hpp"

#include <sluice/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::inline v0::uring {

struct file_status;

/// Owns an open descriptor, and knows whose it is and what it was opened as. Empty when default made, moved from or closed.
///
/// Lifetime: stays where it is while one of its coroutines is awaited.
class descriptor {
public:
    descriptor() noexcept {}
    descriptor(files_provider& owner, int fd, std::string path) noexcept;
    descriptor(descriptor&& other) noexcept;
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();  // closes without waiting; what a delayed write would report is lost: `close` tells

    bool is_open() const noexcept { return fd_ >= 0; }
    int number() const noexcept { return fd_; }
    files_provider& owner() const noexcept { return *owner_; }
    std::string const& path() const noexcept { return path_; }

    /// Empty afterwards, whatever happens. Errors: what was written may not have reached the disk: no_space, io.
    /// Cancel: the descriptor is closed, its outcome is lost.
    awaitable<result<void>> close();
    awaitable<result<file_status>> status();
    awaitable<result<void>> sync();
    /// Does what needs no more than to succeed; `doing` is for the message, a literal.
    awaitable<result<void>> perform(request what, char const* doing);
    /// Another descriptor of the same open file, for a context served by `provider`.
    result<descriptor> duplicate(files_provider& provider) const;

    /// What minus `error` of a call means, in words: "cannot read /a/b: Input/output error".
    failure failed(std::string_view doing, std::int32_t error) const;
    /// Likewise of any answer.
    result<void> done(std::string_view doing, std::int32_t answer) const;
    result<std::size_t> moved(std::string_view doing, std::int32_t answer) const;

private:
    files_provider* owner_ = nullptr;
    int fd_ = -1;
    std::string path_;
};

}  // namespace sluice::inline v0::uring
