#include "backend/file/folder_lock.hpp"

#include <fcntl.h>

#include <chrono>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::chrono::seconds longest_wait(30);  // others hold it for a look and a rename

}  // namespace

awaitable<result<uring::file>> lock_folder(operation* op, uring::directory* folder, uring::lock_kind kind) {
    result<uring::file> opened = co_await folder->open(".", O_RDONLY | O_DIRECTORY);  // not `folder`: each holder is one of its own
    if (!opened) co_return opened.error();
    uring::file lock = std::move(*opened);
    result<void> const locked = co_await lock.lock(kind, op->clock().now() + longest_wait);
    if (locked) co_return std::move(lock);
    if (locked.error().reason() == errc::timed_out) co_return locked.error();
    if (kind == uring::lock_kind::exclusive)
        co_return failure(errc::unsupported, "nobody can compare and replace here: " + locked.error().info().detail);
    co_return std::move(lock);
}

}  // namespace sluice::inline v0::file
