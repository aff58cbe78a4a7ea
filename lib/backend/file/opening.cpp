#include "backend/file/opening.hpp"

#include "backend/file/beneath.hpp"
#include "backend/file/direct_access.hpp"
#include "backend/file/key_path.hpp"
#include "backend/file/version.hpp"
#include "store/partial_name.hpp"

#include <fcntl.h>

#include <optional>
#include <utility>

namespace sluice::inline v0::file {

namespace {

failure nothing_there() { return {errc::not_found, "no object of that name"}; }

result<object_meta> object_at(operation const& op, uring::file_status const& status, file_access access,
                              store::read_conditions const& conditions) {
    if (status.kind == uring::file_kind::directory) return nothing_there();
    if (status.kind != uring::file_kind::regular) return failure(errc::invalid_argument, "not a regular file");
    object_meta meta = meta_of(op.key(), status);
    meta.access = word_of(access);
    if (std::optional<errc> const violated = conditions.violated_by(meta.etag, *meta.last_modified))
        return failure(*violated, "the object is ETag " + meta.etag);
    return meta;
}

/// With O_DIRECT where that is wanted and more than a look. What can be opened, but not so, is unsupported.
awaitable<result<uring::file>> open_by(uring::directory* root, std::string path, int flags, file_access access) {
    if (access == file_access::buffered || (flags & O_PATH) != 0) co_return co_await open_beneath(root, std::move(path), flags);
    result<uring::file> opened = co_await open_beneath(root, path, flags | O_DIRECT);
    if (opened || opened.error().reason() != errc::invalid_argument) co_return std::move(opened);
    result<uring::file> plain = co_await open_beneath(root, std::move(path), flags);
    if (!plain) co_return plain.error();
    result<uring::file_status> const status = co_await plain->status();
    bool const is_file = status && status->kind == uring::file_kind::regular;
    if (is_file) co_return unsupported_directly(opened.error());
    co_return std::move(plain);
}

awaitable<result<opened_object>> open_below(operation* op, roots::folder root, std::string path, int flags, file_access access,
                                            store::read_conditions conditions) {
    result<uring::file> opened = co_await open_by(root.get(), std::move(path), flags, access);
    if (!opened) co_return opened.error();
    result<uring::file_status> const status = co_await opened->status();
    if (!status) co_return status.error();
    result<object_meta> meta = object_at(*op, *status, access, conditions);
    if (!meta) co_return meta.error();
    opened_object object;
    if (access == file_access::direct) {
        result<uring::alignment> const alignment = co_await alignment_of(&*opened, &*status);
        if (!alignment) co_return alignment.error();
        object.direct = *alignment;
    }
    object.file = std::move(*opened);
    object.meta = std::move(*meta);
    co_return std::move(object);
}

awaitable<result<opened_object>> open_with(operation* op, int flags, file_access access, store::read_conditions conditions) {
    result<key_path> const path = path_of(op->key());
    if (!path) co_return path.error();
    if (result<void> const checked = conditions.check_plain(); !checked) co_return checked.error();
    if (store::is_partial_name(path->name)) co_return nothing_there();
    for (bool again = false;; again = true) {
        result<roots::folder> const root = co_await op->root();
        if (!root) co_return root.error();
        result<opened_object> object = co_await open_below(op, *root, path->whole(), flags, access, conditions);
        bool const missing = !object && object.error().reason() == errc::not_found;
        if (!missing || again) co_return std::move(object);
        bool const lost = co_await op->lost(*root);
        if (!lost) co_return std::move(object);
    }
}

}  // namespace

awaitable<result<opened_object>> open_object(operation* const op, file_access access, store::read_conditions conditions) {
    // O_NONBLOCK: a FIFO has no writer to wait for.
    return open_with(op, O_RDONLY | O_NONBLOCK | O_NOCTTY, access, std::move(conditions));
}

awaitable<result<object_meta>> look_at(operation* const op, store::read_conditions conditions) {
    auto const attempt = [&](file_access access) { return open_with(op, O_PATH, access, conditions); };
    result<opened_object> object = co_await by_access<opened_object>(op, &attempt);
    if (!object) co_return object.error();
    co_return std::move(object->meta);
}

result<resolved_range> within(object_meta const& object, byte_range const range) {
    bool const has_offset = range.what == byte_range::kind::bounded || range.what == byte_range::kind::from;
    bool const behind_end = has_offset && range.offset >= object.size;
    bool const empty_from_start = object.size == 0 && range.offset == 0;
    if (behind_end && !empty_from_start)
        return failure(errc::range_not_satisfiable,
                       "the range begins at " + std::to_string(range.offset) + " of " + std::to_string(object.size) + " bytes");
    return resolve(range, object.size);
}

awaitable<result<void>> check_unchanged(uring::file* const file, object_meta const* const meta) {
    result<uring::file_status> const status = co_await file->status();
    if (!status) co_return status.error();
    if (etag_of(*status) != meta->etag) co_return failure(errc::precondition_failed, "the file was written to while it was read");
    co_return result<void>();
}

}  // namespace sluice::inline v0::file
