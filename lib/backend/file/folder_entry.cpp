#include "backend/file/folder_entry.hpp"

#include "backend/file/beneath.hpp"
#include "base/utf8.hpp"
#include "store/partial_name.hpp"

#include <fcntl.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t longest_key = 1024;
constexpr std::size_t buffer_size = 32 * 1024;  // one for each level that `has_object` is deep

struct children {
    std::vector<std::string> links, folders;
};

/// Looks through one buffer of entries: true when one of them is a file behind `after`; what else may lead to one is in `rest`.
awaitable<result<bool>> has_file(uring::directory* folder, std::string path, std::string after, std::span<std::byte const> filled,
                                 children* rest) {
    uring::entries all(filled);
    for (uring::entry found; all.next(found);) {
        std::string name(found.name);
        std::optional<entry_kind> kind = listed_as(found.kind, name);
        if (!found.kind_known) {
            result<std::optional<entry_kind>> const asked = co_await ask_kind(folder, name);
            if (!asked) co_return asked.error();
            kind = *asked;
        }
        if (!kind || !can_be_key(path, name)) continue;
        std::string key = path + name;
        if (kind == entry_kind::folder) key += '/';
        bool const behind = key > after || (kind == entry_kind::folder && after.starts_with(key));
        if (!behind) continue;
        if (kind == entry_kind::file) co_return true;
        (kind == entry_kind::link ? rest->links : rest->folders).push_back(std::move(key));
    }
    co_return false;
}

awaitable<result<bool>> has_object_below(uring::directory* root, children rest, std::string after) {
    for (std::string& link : rest.links) {
        result<std::optional<uring::file_status>> const target = co_await follow_link(root, std::move(link));
        if (!target) co_return target.error();
        if (*target) co_return true;
    }
    for (std::string& folder : rest.folders) {
        folder.pop_back();
        result<bool> const found = co_await has_object(root, std::move(folder), after);
        if (!found || *found) co_return found;
    }
    co_return false;
}

}  // namespace

std::optional<entry_kind> listed_as(uring::file_kind const kind, std::string_view const name) noexcept {
    switch (kind) {
    case uring::file_kind::regular: return store::is_partial_name(name) ? std::nullopt : std::optional(entry_kind::file);
    case uring::file_kind::symbolic_link: return entry_kind::link;
    case uring::file_kind::directory: return entry_kind::folder;
    case uring::file_kind::other: break;
    }
    return std::nullopt;
}

awaitable<result<std::optional<entry_kind>>> ask_kind(uring::directory* folder, std::string name) {
    result<uring::file_status> const status = co_await folder->status(name);
    if (!status && status.error().reason() == errc::not_found) co_return std::optional<entry_kind>();
    if (!status) co_return status.error();
    co_return listed_as(status->kind, name);
}

bool can_be_key(std::string_view const path, std::string_view const name) noexcept {
    return path.size() + name.size() <= longest_key && base::valid_utf8(name);
}

awaitable<result<std::optional<uring::file_status>>> follow_link(uring::directory* root, std::string path) {
    using found = std::optional<uring::file_status>;
    result<uring::file> target = co_await open_beneath(root, std::move(path), O_PATH);
    bool const leads_nowhere = !target && (target.error().reason() == errc::not_found || target.error().reason() == errc::invalid_argument);
    if (leads_nowhere) co_return found();
    if (!target) co_return target.error();
    result<uring::file_status> const status = co_await target->handle().status();
    if (!status) co_return status.error();
    co_return status->kind == uring::file_kind::regular ? found(*status) : found();
}

awaitable<result<bool>> has_object(uring::directory* root, std::string path, std::string after) {
    result<uring::file> opened = co_await open_beneath(root, path, O_RDONLY | O_DIRECTORY);
    if (!opened && opened.error().reason() == errc::permission_denied) co_return true;
    if (!opened && opened.error().reason() == errc::not_found) co_return false;
    if (!opened) co_return opened.error();
    uring::directory folder(std::move(opened->handle()));
    std::string const in_front = path + '/';
    std::unique_ptr<std::byte[]> const buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    for (;;) {
        std::span<std::byte> const into(buffer.get(), buffer_size);
        result<std::size_t> const filled = co_await folder.read_entries(into);
        if (!filled) co_return filled.error();
        if (*filled == 0) co_return false;
        children rest;
        result<bool> found = co_await has_file(&folder, in_front, after, into.first(*filled), &rest);
        if (found && !*found) found = co_await has_object_below(root, std::move(rest), after);
        if (!found || *found) co_return found;
    }
}

}  // namespace sluice::inline v0::file
