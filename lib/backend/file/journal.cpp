#include "backend/file/journal.hpp"

#include "backend/file/usable.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <span>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::uint64_t largest = std::uint64_t{256} << 20;  // four lines for each of a million parts
constexpr unsigned for_us_alone = 0600;

/// The whole text. Nothing: not a file that a journal of ours can be, or it cannot be read.
awaitable<result<std::string>> read_text(uring::file* from) {
    result<uring::file_status> const status = co_await from->status();
    if (!status) co_return status.error();
    bool const ours = status->kind == uring::file_kind::regular && status->links == 1 && status->owner == ::geteuid();
    if (!ours || status->size > largest) co_return failure(errc::unsupported, from->path() + " is no journal of ours");
    std::string text(static_cast<std::size_t>(status->size), '\0');
    result<std::size_t> const n = co_await from->read_full(0, std::as_writable_bytes(std::span(text)));
    if (!n) co_return n.error();
    text.resize(*n);
    co_return std::move(text);
}

result<void> gone(result<void> removed) {
    if (!removed && removed.error().reason() == errc::not_found) return {};
    return removed;
}

}  // namespace

awaitable<result<std::unique_ptr<journal>>> journal::create(uring::directory* folder, std::string name, journal_head head) {
    result<void> done = co_await folder->remove(name);
    done = gone(std::move(done));
    if (!done) co_return done.error();
    result<uring::file> opened = co_await folder->open(name, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, for_us_alone);
    if (!opened) co_return opened.error();
    std::string const text = head_text(head);
    done = co_await opened->write_full(0, std::as_bytes(std::span(text)));
    if (done) co_return std::make_unique<journal>(std::move(*opened), std::move(name), text.size());
    co_await folder->remove(std::move(name));
    co_return done.error();
}

awaitable<std::unique_ptr<journal::found>> journal::open(uring::directory* folder, std::string name, journal_head expected) {
    result<uring::file> opened = co_await folder->open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    if (!opened) co_return nullptr;
    result<std::string> const text = co_await read_text(&*opened);
    if (!text) co_return nullptr;
    std::optional<journal_content> content = read_journal_text(*text, expected);
    if (!content) co_return nullptr;
    auto there = std::make_unique<found>();
    there->log = std::make_unique<journal>(std::move(*opened), std::move(name), content->end);
    for (written_part const& part : content->finished) there->log->listed_.insert(part.where.number);
    there->parts = std::move(content->finished);
    co_return std::move(there);
}

awaitable<result<void>> journal::undo(uring::files* here, std::uint32_t number) {
    if (!may_list(number)) co_return result<void>();
    result<void> const written = co_await append(here, undone_line(number));
    if (!written) co_return written;
    std::lock_guard const lock(mutex_);
    listed_.erase(number);
    co_return result<void>();
}

awaitable<result<void>> journal::finished(uring::files* here, written_part part) {
    {
        std::lock_guard const lock(mutex_);
        listed_.insert(part.where.number);
    }
    co_return co_await append(here, finished_line(part));
}

awaitable<result<void>> journal::append(uring::files* here, std::string line) {
    result<usable_file> to = usable(&file_, *here);
    if (!to) co_return to.error();
    co_return co_await to->get()->write_full(next_place(), std::as_bytes(std::span(line)));
}

bool journal::may_list(std::uint32_t const number) const {
    std::lock_guard const lock(mutex_);
    return listed_.contains(number);
}

std::uint64_t journal::next_place() {
    std::lock_guard const lock(mutex_);
    return std::exchange(end_, end_ + journal_line_size);
}

awaitable<result<void>> journal::remove(uring::directory* folder) {
    result<void> removed = co_await folder->remove(name_);
    co_return gone(std::move(removed));
}

result<std::unique_ptr<journal>> journal::move_to(uring::files& other) {
    result<uring::file> second = file_.duplicate(other);
    if (!second) return second.error();
    std::lock_guard const lock(mutex_);
    auto moved = std::make_unique<journal>(std::move(*second), name_, end_);
    moved->listed_ = listed_;
    return moved;
}

}  // namespace sluice::inline v0::file
