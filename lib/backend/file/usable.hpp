#pragma once

#include "uring/files.hpp"

#include <sluice/error.hpp>

#include <optional>
#include <utility>

namespace sluice::inline v0::file {

/// A file for the coroutines of one context: itself, or a duplicate when it was opened by another.
/// Lifetime: not beyond the file's.
class usable_file {
public:
    explicit usable_file(uring::file* own) noexcept : own_(own) {}
    explicit usable_file(uring::file duplicate) noexcept : duplicate_(std::move(duplicate)) {}

    uring::file* get() noexcept { return duplicate_ ? &*duplicate_ : own_; }

private:
    uring::file* own_ = nullptr;
    std::optional<uring::file> duplicate_;
};

/// Errors: io when `file` is null, because its context has gone.
inline result<usable_file> usable(uring::file* file, uring::files& here) {
    if (file == nullptr) return failure(errc::io, "the context the file was opened on has gone");
    if (&file->handle().owner() == &here.provider()) return usable_file(file);
    result<uring::file> second = file->duplicate(here);
    if (!second) return second.error();
    return usable_file(std::move(*second));
}

}  // namespace sluice::inline v0::file
