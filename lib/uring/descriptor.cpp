#include "uring/descriptor.hpp"

#include "uring/errors.hpp"
#include "uring/file_status.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace sluice::inline v0::uring {

descriptor::descriptor(files_provider& owner, int fd, std::string path) noexcept : owner_(&owner), fd_(fd), path_(std::move(path)) {}

descriptor::descriptor(descriptor&& other) noexcept
    : owner_(other.owner_),
      fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

descriptor::~descriptor() {
    if (fd_ >= 0) owner_->close_now(fd_);
}

failure descriptor::failed(std::string_view doing, std::int32_t error) const { return file_failure(doing, path_, -error); }

result<void> descriptor::done(std::string_view doing, std::int32_t answer) const {
    if (answer < 0) return failed(doing, answer);
    return {};
}

result<std::size_t> descriptor::moved(std::string_view doing, std::int32_t answer) const {
    if (answer < 0) return failed(doing, answer);
    return static_cast<std::size_t>(answer);
}

awaitable<result<void>> descriptor::perform(request what, char const* doing) {
    std::int32_t const n = co_await owner_->perform(what);
    co_return done(doing, n);
}

awaitable<result<void>> descriptor::close() {
    descriptor closing(std::move(*this));  // a cancelled close never began: then this closes
    path_ = closing.path_;
    std::int32_t const n = co_await closing.owner_->perform(request::close(closing.fd_));
    closing.fd_ = -1;
    co_return done("close", n);
}

awaitable<result<file_status>> descriptor::status() {
    struct statx raw {};
    if (owner_->status_now(fd_, raw)) co_return file_status(raw);
    std::int32_t const n = co_await owner_->perform(request::status(fd_, "", AT_EMPTY_PATH, status_mask, &raw));
    if (n < 0) co_return failed("look at", n);
    co_return file_status(raw);
}

awaitable<result<void>> descriptor::sync() { return perform(request::sync(fd_), "flush"); }

result<descriptor> descriptor::duplicate(files_provider& provider) const {
    int const fd = provider.duplicate(fd_);
    if (fd < 0) return failed("duplicate", fd);
    return descriptor(provider, fd, path_);
}

}  // namespace sluice::inline v0::uring
