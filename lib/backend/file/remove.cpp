#include "backend/file/remove.hpp"

#include "backend/file/beneath.hpp"
#include "backend/file/folder_lock.hpp"
#include "backend/file/folders.hpp"
#include "backend/file/key_path.hpp"
#include "store/partial_name.hpp"

#include <fcntl.h>

#include <map>
#include <optional>
#include <utility>

namespace sluice::inline v0::file {

namespace {

using names = std::vector<std::string>;

remove_report::failed_key failed_key(object_key key, failure const& why) {
    remove_report::failed_key failed;
    failed.key = std::move(key);
    failed.code = to_string(why.reason());
    failed.message = why.info().detail;
    return failed;
}

object_key key_of(std::string const& folder, std::string const& name) { return folder == "." ? name : folder + '/' + name; }

/// The keys by the folder they lie in, so that each folder is opened once.
result<std::map<std::string, names>> by_folder(std::vector<object_key> const& keys) {
    std::map<std::string, names> folders;
    for (object_key const& key : keys) {
        result<key_path> path = path_of(key);
        if (!path) return path.error();
        if (!store::is_partial_name(path->name)) folders[std::move(path->folder)].push_back(std::move(path->name));
    }
    return folders;
}

awaitable<result<void>> remove_one(uring::directory* folder, std::string name) {
    result<uring::file_status> const status = co_await folder->status(name);
    bool const missing = !status && status.error().reason() == errc::not_found;
    if (missing) co_return result<void>();
    if (!status) co_return status.error();
    if (status->kind == uring::file_kind::directory) co_return result<void>();  // a folder is no object
    if (status->kind == uring::file_kind::other) co_return failure(errc::invalid_argument, "not a regular file");
    result<void> const removed = co_await folder->remove(std::move(name));
    if (!removed && removed.error().reason() == errc::not_found) co_return result<void>();
    co_return removed;
}

awaitable<result<void>> remove_within(operation* op, uring::directory* folder, std::string path, names const* wanted,
                                      remove_report* report) {
    result<uring::file> const lock = co_await lock_folder(op, folder, uring::lock_kind::shared);
    if (!lock) co_return lock.error();
    for (std::string const& name : *wanted) {
        result<void> const removed = co_await remove_one(folder, name);
        if (!removed) report->failed.push_back(failed_key(key_of(path, name), removed.error()));
    }
    if (op->store().settings.keep == durability::file_and_directory) co_return co_await folder->sync();
    co_return result<void>();
}

/// Opens a folder to remove from it: nothing, when it is not there.
awaitable<result<std::optional<uring::directory>>> open_folder(roots::folder root, std::string path) {
    using found = std::optional<uring::directory>;
    result<uring::file> opened = co_await open_beneath(root.get(), std::move(path), O_RDONLY | O_DIRECTORY);
    if (!opened && opened.error().reason() == errc::not_found) co_return found();
    if (!opened) co_return opened.error();
    co_return found(uring::directory(std::move(opened->handle())));
}

/// Every name that is not removed is in the report.
awaitable<void> remove_in(operation* op, roots::folder root, std::string path, names const* wanted, remove_report* report) {
    std::size_t const failed_before = report->failed.size();
    result<std::optional<uring::directory>> folder = co_await open_folder(root, path);
    result<void> done = result<void>();
    if (!folder) done = folder.error();
    if (folder && !*folder) co_return;
    if (folder) done = co_await remove_within(op, &**folder, path, wanted, report);
    if (done) {
        co_await prune_folders(op, root, path);
    } else {
        report->failed.resize(failed_before);
        for (std::string const& name : *wanted) report->failed.push_back(failed_key(key_of(path, name), done.error()));
    }
}

}  // namespace

awaitable<result<remove_report>> remove_objects(operation* op, std::vector<object_key> keys) {
    result<std::map<std::string, names>> const folders = by_folder(keys);
    if (!folders) co_return folders.error();
    remove_report report;
    result<roots::folder> const root = co_await op->living_root();
    bool const nothing_there = !root && root.error().reason() == errc::not_found;
    if (!root && !nothing_there) co_return root.error();
    for (auto const& [path, wanted] : *folders) {
        if (nothing_there) break;
        co_await remove_in(op, *root, path, &wanted, &report);
    }
    report.removed = keys.size() - report.failed.size();
    co_return std::move(report);
}

}  // namespace sluice::inline v0::file
