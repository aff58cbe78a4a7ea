#include "backend/file/publish.hpp"

#include "async/entropy.hpp"
#include "backend/file/caching.hpp"
#include "backend/file/folder_lock.hpp"
#include "backend/file/version.hpp"
#include "store/conditions.hpp"
#include "store/partial_name.hpp"

#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr int most_tries = 16;  // as often as the folder may be removed, because it is still empty

unsigned mode_for(std::optional<uring::file_status> const& there) noexcept {
    bool const replaces = there && there->kind == uring::file_kind::regular;
    return replaces ? there->permissions : 0666;
}

failure unsure(failure const& why) {
    return {errc::ambiguous, "the object is in its place, but whether a loss of power undoes that is unknown: " + why.info().detail};
}

failure already_there() { return {errc::already_exists, "a create-only put met an object"}; }

awaitable<result<void>> replace(operation* op, fresh_file* fresh, std::string name, publish_terms terms) {
    result<void> const named = co_await fresh->take_partial();
    if (!named) co_return named;
    uring::lock_kind const kind = terms.if_match.empty() ? uring::lock_kind::shared : uring::lock_kind::exclusive;
    result<uring::file> const lock = co_await lock_folder(op, &fresh->folder(), kind);
    if (!lock) co_return lock.error();
    result<std::optional<uring::file_status>> const there = co_await look_for(&fresh->folder(), name);
    if (!there) co_return there.error();
    result<void> const allowed = check_terms(terms, *there);
    if (!allowed) co_return allowed;
    co_return co_await fresh->replace(std::move(name));
}

/// Takes the name as what is there, and the terms, allow. Errors: not_found when the folder has been removed.
awaitable<result<void>> take_name(operation* op, fresh_file* fresh, std::string name, publish_terms terms) {
    result<std::optional<uring::file_status>> const there = co_await look_for(&fresh->folder(), name);
    if (!there) co_return there.error();
    result<void> const allowed = check_terms(terms, *there);
    if (!allowed) co_return allowed;
    if (!*there && (terms.create_only || !fresh->has_name())) {
        result<void> const taken = co_await fresh->take(name);
        bool const met_another = !taken && taken.error().reason() == errc::already_exists;
        if (met_another && terms.create_only) co_return already_there();
        if (!met_another) co_return taken;
    }
    co_return co_await replace(op, fresh, std::move(name), std::move(terms));
}

/// Nothing where no write goes through the page cache.
file_settings const* of_cache(file_settings const& settings) noexcept {
    bool const never = settings.access == file_access::direct && settings.direct == direct_mode::required;
    return never ? nullptr : &settings;
}

/// What replaces an object lies where that is: a folder made for it would stay, and no object could have its name.
awaitable<result<uring::directory>> folder_for(operation* op, roots::folder root, std::string path, bool replaces) {
    if (!replaces) co_return co_await make_folder(op, root, std::move(path));
    result<uring::directory> folder = co_await root->open_directory(std::move(path));
    bool const missing = !folder && folder.error().reason() == errc::not_found;
    if (missing) co_return failure(errc::precondition_failed, "there is no object to be replaced");
    co_return std::move(folder);
}

/// All that can still go wrong with the bytes goes wrong here.
awaitable<result<void>> flush(operation* op, uring::file* content) {
    if (op->store().settings.keep != durability::none) co_return co_await content->sync();
    // A network file system tells at the close; the first descriptor keeps the lock.
    result<uring::file> second = content->duplicate(op->files());
    if (!second) co_return second.error();
    co_return co_await second->close();
}

}  // namespace

awaitable<result<std::optional<uring::file_status>>> look_for(uring::directory* folder, std::string name) {
    using found = std::optional<uring::file_status>;
    result<uring::file_status> const status = co_await folder->status(std::move(name));
    if (!status && status.error().reason() == errc::not_found) co_return found();
    if (!status) co_return status.error();
    if (status->kind == uring::file_kind::directory) co_return failure(errc::invalid_argument, "the key is the name of a folder");
    if (status->kind == uring::file_kind::other) co_return failure(errc::invalid_argument, "the key is the name of no regular file");
    co_return found(*status);
}

result<void> check_terms(publish_terms const& terms, std::optional<uring::file_status> const& there) {
    if (terms.create_only && there) return already_there();
    if (terms.if_match.empty()) return {};
    bool const matches = there && (terms.if_match == "*" || store::same_etag(terms.if_match, etag_of(*there)));
    if (!matches) return failure(errc::precondition_failed, "the object is not the version that was to be replaced");
    return {};
}

awaitable<result<place>> find_place(operation* op, key_path where, publish_terms terms) {
    result<roots::folder> root = co_await op->root(true);
    if (!root) co_return root.error();
    result<uring::directory> folder = co_await folder_for(op, *root, where.folder, !terms.if_match.empty());
    if (!folder) co_return folder.error();
    result<std::optional<uring::file_status>> const there = co_await look_for(&*folder, where.name);
    if (!there) co_return there.error();
    result<void> const allowed = check_terms(terms, *there);
    if (!allowed) co_return allowed.error();
    place at;
    at.folder = std::move(*folder);
    at.mode = mode_for(*there);
    at.root = std::move(*root);
    co_return std::move(at);
}

awaitable<result<fresh_file>> begin_file(operation* op, key_path where, publish_terms terms, int flags) {
    boost::asio::any_io_executor const& executor = op->executor();
    for (int tries = 0;; ++tries) {
        result<place> at = co_await find_place(op, where, terms);
        if (!at) co_return at.error();
        std::string partial = store::partial_name(async::entropy::of(executor).id_text());
        result<fresh_file> fresh = co_await fresh_file::create(std::move(at->folder), std::move(partial), flags, at->mode);
        if (fresh || tries == most_tries) co_return std::move(fresh);
        bool const folder_gone = fresh.error().reason() == errc::not_found;
        if (!folder_gone && fresh.error().reason() != errc::already_exists) co_return std::move(fresh);
        if (folder_gone) co_await op->lost(at->root);
    }
}

awaitable<result<put_result>> publish(operation* op, fresh_file* fresh, key_path where, publish_terms terms) {
    result<void> done = co_await flush(op, &fresh->content());
    if (!done) co_return done.error();
    result<uring::file_status> const status = co_await fresh->content().status();
    if (!status) co_return status.error();
    done = co_await take_name(op, fresh, where.name, terms);
    for (int tries = 0; !done && done.error().reason() == errc::not_found && !fresh->has_name() && tries < most_tries; ++tries) {
        result<roots::folder> root = co_await op->root(true);
        if (!root) co_return root.error();
        bool const lost = co_await op->lost(*root);
        if (lost) root = co_await op->root(true);
        if (!root) co_return root.error();
        result<uring::directory> folder = co_await make_folder(op, *root, where.folder);
        if (!folder) co_return folder.error();
        fresh->move_to(std::move(*folder));
        done = co_await take_name(op, fresh, where.name, terms);
    }
    if (!done) co_return done.error();
    if (op->store().settings.keep == durability::file_and_directory) done = co_await fresh->folder().sync();
    if (!done) co_return unsure(done.error());
    co_await advise_used(of_cache(op->store().settings), &fresh->content(), 0, status->size);  // no reason to call it a failure
    put_result put;
    put.etag = etag_of(*status);
    co_return std::move(put);
}

}  // namespace sluice::inline v0::file
