#include "backend/file/fresh_file.hpp"

#include <fcntl.h>

#include <utility>

namespace sluice::inline v0::file {

namespace {

bool has_no_unnamed_files(failure const& f) noexcept {
    return f.reason() == errc::unsupported || f.reason() == errc::invalid_argument;  // EOPNOTSUPP; EISDIR and EINVAL of others
}

}  // namespace

fresh_file::fresh_file(fresh_file&& other) noexcept
    : folder_(std::move(other.folder_)),
      file_(std::move(other.file_)),
      partial_(std::move(other.partial_)),
      named_(std::exchange(other.named_, false)),
      outlives_(other.outlives_) {}

fresh_file& fresh_file::operator=(fresh_file&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(file_, other.file_);
    std::swap(partial_, other.partial_);
    std::swap(named_, other.named_);
    std::swap(outlives_, other.outlives_);
    return *this;
}

fresh_file::~fresh_file() {
    if (named_ && !outlives_) remove_now();
}

// Plain, without a wait: also what a cancel, or the end of the context, leaves must go.
void fresh_file::remove_now() noexcept { folder_.remove_now(partial_); }

fresh_file fresh_file::named(uring::directory folder, uring::file content, std::string partial) noexcept {
    fresh_file fresh;
    fresh.folder_ = std::move(folder);
    fresh.file_ = std::move(content);
    fresh.partial_ = std::move(partial);
    fresh.named_ = true;
    return fresh;
}

awaitable<result<fresh_file>> fresh_file::create(uring::directory folder, std::string partial, int flags, unsigned mode) {
    fresh_file fresh;
    fresh.folder_ = std::move(folder);
    fresh.partial_ = std::move(partial);
    result<uring::file> unnamed = co_await fresh.folder_.open(".", O_TMPFILE | O_RDWR | flags, mode);
    result<void> done = result<void>();
    if (unnamed) {
        fresh.file_ = std::move(*unnamed);
    } else if (has_no_unnamed_files(unnamed.error())) {
        done = co_await fresh.create_named(flags, mode);
    } else {
        done = co_await fresh.why_not(unnamed.error());
    }
    if (!done) co_return done.error();
    co_return std::move(fresh);
}

/// ext4 says EPERM for a folder that has been removed, all others ENOENT.
awaitable<failure> fresh_file::why_not(failure why) {
    if (why.reason() != errc::permission_denied) co_return why;
    result<uring::file_status> const folder = co_await folder_.status();
    bool const removed = folder && folder->links == 0;
    if (removed) why.reason(errc::not_found);
    co_return why;
}

awaitable<result<void>> fresh_file::create_named(int flags, unsigned mode) {
    named_ = true;  // from here on, lest the context goes while the name is made
    result<uring::file> opened = co_await folder_.open(partial_, O_CREAT | O_EXCL | O_RDWR | flags, mode);
    if (!opened) {
        // The system may have made the file, and only then said that it cannot be open O_DIRECT.
        if (opened.error().reason() == errc::invalid_argument) remove_now();
        named_ = false;
        co_return opened.error();
    }
    file_ = std::move(*opened);
    // Where there are no locks, nobody who looks for leavings gets one either, and leaves the file alone.
    result<bool> const locked = co_await file_.try_lock(uring::lock_kind::exclusive);
    result<uring::file_status> const status = co_await file_.status();
    if (!status) co_return status.error();
    bool const taken = (locked && !*locked) || status->links == 0;
    if (taken) co_return failure(errc::already_exists, "the new file was swept away: it was not locked yet");
    co_return result<void>();
}

result<fresh_file> fresh_file::move_to(uring::files& other) {
    result<uring::descriptor> folder = folder_.handle().duplicate(other.provider());
    if (!folder) return folder.error();
    result<uring::file> content = file_.duplicate(other);
    if (!content) return content.error();
    fresh_file moved;
    moved.folder_ = uring::directory(std::move(*folder));
    moved.file_ = std::move(*content);
    moved.partial_ = std::move(partial_);
    moved.named_ = std::exchange(named_, false);
    moved.outlives_ = outlives_;
    return moved;
}

awaitable<result<void>> fresh_file::discard() {
    result<void> removed = result<void>();
    if (named_) removed = co_await folder_.remove(partial_);
    bool const still_there = outlives_ && !removed && removed.error().reason() != errc::not_found;
    if (still_there) co_return removed;
    named_ = false;
    co_await file_.close();  // this is where a large file without a name takes its time
    co_return result<void>();
}

awaitable<result<void>> fresh_file::take(std::string name) {
    if (!named_) co_return co_await folder_.link(file_, std::move(name));
    result<void> const taken = co_await folder_.rename(partial_, folder_, name, uring::replacing::refused);
    if (taken) named_ = false;
    if (taken || taken.error().reason() != errc::unsupported) co_return taken;
    result<void> const linked = co_await folder_.link(file_, std::move(name));
    if (linked) outlives_ = false;  // the other name goes with this
    co_return linked;
}

awaitable<result<void>> fresh_file::take_partial() {
    if (named_) co_return result<void>();
    result<bool> const locked = co_await file_.try_lock(uring::lock_kind::exclusive);
    if (locked && !*locked) co_return failure(errc::io, "cannot lock " + file_.path());
    named_ = true;
    result<void> const linked = co_await folder_.link(file_, partial_);
    named_ = linked.has_value();
    co_return linked;
}

awaitable<result<void>> fresh_file::replace(std::string name) {
    result<void> const replaced = co_await folder_.rename(partial_, folder_, std::move(name));
    if (replaced) named_ = false;
    co_return replaced;
}

}  // namespace sluice::inline v0::file
