#include "backend/file/resuming.hpp"

#include "backend/file/boot.hpp"
#include "store/partial_name.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace sluice::inline v0::file {

namespace {

using outcome = std::unique_ptr<lasting_file>;

constexpr std::size_t id_length = 32;  // of the names of half-written files
// The kernel closes the files of a killed process when what it has under way there has ended.
constexpr std::chrono::milliseconds last_breath(500);

/// The file of this name, which nobody else writes while it is open.
struct held_file {
    held_file() {}
    uring::file content;
    uring::file_status status;
    bool is_new = false;
};

bool same_file(uring::file_status const& a, uring::file_status const& b) noexcept { return a.inode == b.inode && a.device == b.device; }

// One that somebody else has put there, knowing the name, could be read or changed by him under the name of the object.
bool is_ours(uring::file_status const& file) noexcept {
    return file.kind == uring::file_kind::regular && file.links == 1 && file.owner == ::geteuid();
}

bool others_were_quicker(failure const& f) noexcept {
    return f.reason() == errc::already_exists || f.reason() == errc::not_found || f.reason() == errc::permission_denied;
}

/// Locks what was opened as `name`. Nothing: somebody else holds it, or has given it another name or none.
awaitable<result<std::optional<held_file>>> lock_held(operation* op, uring::directory* folder, std::string name, held_file held) {
    using held_or_not = std::optional<held_file>;
    result<void> const locked = co_await held.content.lock(uring::lock_kind::exclusive, op->clock().now() + last_breath);
    bool const no_locks_here = !locked && locked.error().reason() != errc::timed_out;
    if (no_locks_here && held.is_new) co_await folder->remove(std::move(name));
    if (!locked) co_return held_or_not();
    result<uring::file_status> const status = co_await held.content.status();
    if (!status) co_return status.error();
    result<uring::file_status> const named = co_await folder->status(std::move(name));
    if (!named && named.error().reason() != errc::not_found) co_return named.error();
    if (!named || !same_file(*status, *named) || !is_ours(*status)) co_return held_or_not();
    held.status = *status;
    co_return held_or_not(std::move(held));
}

/// Opens or makes the file `name`. Nothing: it is not to be had.
awaitable<result<std::optional<held_file>>> hold(operation* op, uring::directory* folder, std::string name, int flags, unsigned mode) {
    using held_or_not = std::optional<held_file>;
    result<uring::file_status> const there = co_await folder->status(name);
    if (!there && there.error().reason() != errc::not_found) co_return there.error();
    if (there && !is_ours(*there)) co_return held_or_not();
    held_file held;
    held.is_new = !there;
    int const how = O_RDWR | O_NOFOLLOW | flags | (held.is_new ? O_CREAT | O_EXCL : 0);
    result<uring::file> opened = co_await folder->open(name, how, mode);
    bool const too_late = !opened && (held.is_new ? opened.error().reason() == errc::already_exists : others_were_quicker(opened.error()));
    if (too_late) co_return held_or_not();
    bool const made_and_refused = !opened && held.is_new && opened.error().reason() == errc::invalid_argument;
    if (made_and_refused) co_await folder->remove(std::move(name));  // O_DIRECT is refused only when the name is there
    if (!opened) co_return opened.error();
    held.content = std::move(*opened);
    co_return co_await lock_held(op, folder, std::move(name), std::move(held));
}

bool holds(uring::file_status const& file, std::vector<written_part> const& parts) noexcept {
    return std::ranges::all_of(parts, [&](written_part const& p) { return p.size == 0 || p.where.offset + p.size <= file.size; });
}

/// What the journal of a file says, when that can be. Null: it is not to be believed.
awaitable<std::unique_ptr<journal::found>> believed(uring::directory* folder, std::string partial, journal_head head,
                                                    uring::file_status file) {
    std::unique_ptr<journal::found> there = co_await journal::open(folder, store::journal_beside(partial), std::move(head));
    bool const whole = there && holds(file, there->parts);
    if (!whole) there.reset();
    co_return std::move(there);
}

awaitable<result<void>> remove_leavings(uring::directory* folder, std::string partial) {
    result<void> const removed = co_await folder->remove(store::journal_beside(partial));
    if (!removed && removed.error().reason() != errc::not_found) co_return removed;
    co_return co_await folder->remove(std::move(partial));
}

/// A new file with an empty journal. Null: somebody else is at it.
awaitable<result<outcome>> begin_lasting(uring::directory folder, std::string partial, journal_head head, held_file held) {
    if (!held.is_new) co_return outcome();
    auto lasting = std::make_unique<lasting_file>();
    lasting->fresh = fresh_file::named(std::move(folder), std::move(held.content), partial);
    head.inode = held.status.inode;
    result<std::unique_ptr<journal>> log = co_await journal::create(&lasting->fresh.folder(), store::journal_beside(partial), head);
    if (!log) co_return log.error();
    lasting->log = std::move(*log);
    lasting->fresh.outlive();
    co_return std::move(lasting);
}

/// Null: there can be none.
awaitable<result<outcome>> take_up(operation* op, place at, std::string partial, journal_head head, int flags) {
    result<std::optional<held_file>> held = co_await hold(op, &at.folder, partial, flags, at.mode);
    if (!held) co_return held.error();
    if (!*held) co_return outcome();
    if ((*held)->is_new) co_return co_await begin_lasting(std::move(at.folder), std::move(partial), std::move(head), std::move(**held));
    head.inode = (*held)->status.inode;
    std::unique_ptr<journal::found> left = co_await believed(&at.folder, partial, head, (*held)->status);
    if (left) {
        auto lasting = std::make_unique<lasting_file>();
        lasting->fresh = fresh_file::named(std::move(at.folder), std::move((*held)->content), std::move(partial));
        lasting->fresh.outlive();
        lasting->log = std::move(left->log);
        lasting->parts = std::move(left->parts);
        co_return std::move(lasting);
    }
    result<void> const removed = co_await remove_leavings(&at.folder, partial);
    if (!removed) co_return removed.error();
    held = co_await hold(op, &at.folder, partial, flags, at.mode);
    if (!held) co_return held.error();
    if (!*held) co_return outcome();
    co_return co_await begin_lasting(std::move(at.folder), std::move(partial), std::move(head), std::move(**held));
}

}  // namespace

awaitable<result<lasting_file>> make_file(operation* op, key_path where, put_options options, int flags) {
    std::optional<boot_and_umask> system;
    if (!options.resume_as.empty()) system = co_await ask_system(op);
    if (system) {
        result<place> at = co_await find_place(op, where, publish_terms(options));
        if (!at) co_return at.error();
        journal_head head;
        head.upload = upload_digest(where.name, options.resume_as);
        head.boot = std::move(system->boot);
        head.permissions = at->mode & ~system->umask;
        std::string partial = store::partial_name(head.upload.substr(0, id_length));
        result<outcome> lasting = co_await take_up(op, std::move(*at), std::move(partial), std::move(head), flags);
        if (lasting && *lasting) co_return std::move(**lasting);
        bool const folder_gone = !lasting && lasting.error().reason() == errc::not_found;
        if (!lasting && !folder_gone) co_return lasting.error();
    }
    result<fresh_file> fresh = co_await begin_file(op, std::move(where), publish_terms(options), flags);
    if (!fresh) co_return fresh.error();
    lasting_file plain;
    plain.fresh = std::move(*fresh);
    co_return std::move(plain);
}

awaitable<void> unmake_file(lasting_file* made) {
    bool const was_left = made->log && !made->parts.empty();
    if (was_left) co_return;
    if (made->log) co_await made->log->remove(&made->fresh.folder());
    co_await made->fresh.discard();
}

}  // namespace sluice::inline v0::file
