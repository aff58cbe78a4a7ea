#include "backend/file/folder_reader.hpp"

#include "async/blocking.hpp"
#include "backend/file/beneath.hpp"
#include "backend/file/folder_entry.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t buffer_size = 128 * 1024;
constexpr std::size_t most_open = 32;
constexpr std::size_t many_names = 20'000;  // to sort them takes longer than to have it done elsewhere

// Kernels before 6.13 stamp by the tick, of at most 10 ms: what changes within one may leave the stamp as it is.
constexpr std::chrono::milliseconds two_ticks(20);

folder_stamp stamp_of(uring::file_status const& status) noexcept { return {status.inode, status.modified}; }

bool is_steady(uring::file_status const& status, wall_time const now) noexcept {
    auto const since =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()) - std::chrono::nanoseconds(status.modified);
    return since > two_ticks;
}

std::string printable(std::string_view const name) {
    std::string text;
    for (char const c : name) text += c >= 0x20 && c < 0x7f ? c : '?';
    return text;
}

}  // namespace

awaitable<result<folder_reader::folder>> folder_reader::open(std::string path) {
    auto const at = std::ranges::find(open_, path, &std::pair<std::string, folder>::first);
    if (at != open_.end()) {
        std::rotate(at, at + 1, open_.end());
        co_return open_.back().second;
    }
    result<uring::file> opened = co_await open_beneath(root_.get(), path, O_RDONLY | O_DIRECTORY);
    if (!opened) co_return opened.error();
    folder found = std::make_shared<uring::directory>(std::move(opened->handle()));
    if (open_.size() == most_open) open_.erase(open_.begin());
    open_.emplace_back(std::move(path), found);
    co_return std::move(found);
}

awaitable<result<void>> folder_reader::read(list_walk* walk) {
    std::string path = walk->folder();
    result<folder> const from = co_await open(std::move(path));
    if (!from && from.error().reason() == errc::not_found) {
        walk->no_folder();
        co_return result<void>();
    }
    if (!from) co_return from.error();
    wall_time const now = op_->clock().wall();
    result<uring::file_status> const status = co_await (*from)->status();
    if (!status) co_return status.error();
    result<void> const done = co_await read_names(walk, *from);
    if (!done) co_return done;
    walk->folder_read(stamp_of(*status), is_steady(*status, now));
    co_return result<void>();
}

awaitable<result<void>> folder_reader::read_names(list_walk* walk, folder from) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    result<void> done = co_await from->rewind();
    if (!done) co_return done;
    for (;;) {
        result<std::size_t> const filled = co_await from->read_entries(std::span(buffer_.get(), buffer_size));
        if (!filled) co_return filled.error();
        if (*filled == 0) break;
        done = co_await add_all(walk, from, *filled);
        if (!done) co_return done;
    }
    if (walk->names().size() < many_names) {
        walk->names().sort();
    } else {
        std::function<void()> work = [walk] { walk->names().sort(); };
        co_await async::blocking::of(op_->executor()).run(std::move(work));
    }
    co_return result<void>();
}

awaitable<result<void>> folder_reader::add_all(list_walk* walk, folder from, std::size_t filled) {
    uring::entries all(std::span<std::byte const>(buffer_.get(), filled));
    for (uring::entry found; all.next(found);) {
        std::optional<entry_kind> kind = listed_as(found.kind, found.name);
        if (!found.kind_known) {
            result<std::optional<entry_kind>> const asked = co_await ask_kind(from.get(), std::string(found.name));
            if (!asked) co_return asked.error();
            kind = *asked;
        }
        if (!kind || !walk->wants(found.name, *kind)) continue;
        result<bool> const fits = check_name(*walk, found.name);
        if (!fits) co_return fits.error();
        if (*fits) walk->add(found.name, *kind);
    }
    co_return result<void>();
}

/// False when the settings say to pass over such names.
result<bool> folder_reader::check_name(list_walk const& walk, std::string_view name) const {
    if (can_be_key(walk.path(), name)) return true;
    std::string const what =
        "the file " + printable(walk.path()) + printable(name) + " has a name that can be no key: not UTF-8, or too long";
    if (!op_->store().settings.skip_unnameable) return failure(errc::invalid_argument, what);
    if (op_->store().log.at(log_level::info)) op_->store().log.write(log_level::info, what + "; it is not listed");
    return false;
}

awaitable<bool> folder_reader::is_current(list_walk const* walk) {
    for (list_walk::visited const& known : walk->folders()) {
        if (!known.steady) co_return false;
        result<folder> const now = co_await open(known.folder);
        if (!now) co_return false;
        result<uring::file_status> const status = co_await (*now)->status();
        if (!status || stamp_of(*status) != known.stamp) co_return false;
    }
    co_return true;
}

}  // namespace sluice::inline v0::file
