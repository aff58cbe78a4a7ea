#include "backend/file/folder_entry.hpp"
#include "store/edge.hpp"
#include "store/partial_name.hpp"
#include "uring/files.hpp"

#include <sluice/file.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <memory>
#include <utility>

namespace sluice::inline v0 {

namespace file {

namespace {

constexpr std::size_t buffer_size = 32 * 1024;

class sweep_edge final : public store::edge {
public:
    explicit sweep_edge(std::string folder) : folder_(std::move(folder)) {}
    std::string_view name() const override { return "sweep_stale"; }
    std::string uri() const override { return "file://" + folder_; }
    void describe(error_info&) const override {}

private:
    std::string folder_;
};

enum class fate { removed, in_use, passed_over };

awaitable<result<bool>> is_there(uring::directory* folder, std::string name) {
    result<uring::file_status> const status = co_await folder->status(std::move(name));
    if (!status && status.error().reason() != errc::not_found) co_return status.error();
    co_return status.has_value();
}

/// Whether it still goes by the name it was opened by: a lasting one may have become an object, or be another's, before it was locked.
awaitable<result<bool>> is_named(uring::directory* folder, std::string name, uring::file* opened) {
    result<uring::file_status> const file = co_await opened->status();
    if (!file) co_return file.error();
    result<uring::file_status> const named = co_await folder->status(std::move(name));
    if (!named && named.error().reason() != errc::not_found) co_return named.error();
    co_return named && named->inode == file->inode && named->device == file->device;
}

/// One without its file: the rest of an upload that became an object just before its process died.
awaitable<result<fate>> remove_journal(uring::directory* folder, std::string name) {
    result<bool> const partial = co_await is_there(folder, store::partial_beside(name));
    if (!partial) co_return partial.error();
    if (*partial) co_return fate::passed_over;  // it goes, or stays, with that
    result<void> const removed = co_await folder->remove(std::move(name));
    if (removed) co_return fate::removed;
    if (removed.error().reason() == errc::not_found) co_return fate::passed_over;  // it went with its file
    co_return removed.error();
}

/// Takes the lock that its writer would hold, and only then the name, its journal's first.
awaitable<result<fate>> remove_if_stale(uring::directory* folder, std::string name) {
    if (store::is_journal_name(name)) co_return co_await remove_journal(folder, std::move(name));
    result<uring::file> opened = co_await folder->open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    if (!opened && opened.error().reason() == errc::not_found) co_return fate::removed;
    if (!opened) co_return opened.error();
    result<bool> const locked = co_await opened->try_lock(uring::lock_kind::exclusive);
    if (!locked) co_return locked.error();
    if (!*locked) co_return fate::in_use;
    result<bool> const named = co_await is_named(folder, name, &*opened);
    if (!named) co_return named.error();
    if (!*named) co_return fate::removed;
    result<void> removed = co_await folder->remove(store::journal_beside(name));
    if (!removed && removed.error().reason() != errc::not_found) co_return removed.error();
    removed = co_await folder->remove(std::move(name));
    if (!removed && removed.error().reason() != errc::not_found) co_return removed.error();
    co_return fate::removed;
}

awaitable<void> sweep_one(uring::directory* folder, std::string name, sweep_report* report) {
    result<fate> const met = co_await remove_if_stale(folder, std::move(name));
    if (!met) {
        report->failed.push_back(met.error().info().detail);
    } else {
        report->removed += *met == fate::removed;
        report->in_use += *met == fate::in_use;
    }
}

/// The names of folders within `folder`; what is stale there is removed on the way.
awaitable<result<std::vector<std::string>>> sweep_folder(uring::directory* folder, sweep_report* report) {
    std::vector<std::string> below;
    std::unique_ptr<std::byte[]> const buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    for (;;) {
        std::span<std::byte> const into(buffer.get(), buffer_size);
        result<std::size_t> const filled = co_await folder->read_entries(into);
        if (!filled) co_return filled.error();
        if (*filled == 0) co_return std::move(below);
        uring::entries all(into.first(*filled));
        for (uring::entry found; all.next(found);) {
            std::string name(found.name);
            bool const partial = store::is_partial_name(name);
            if (partial && (!found.kind_known || found.kind == uring::file_kind::regular)) co_await sweep_one(folder, name, report);
            if (!partial && (!found.kind_known || found.kind == uring::file_kind::directory)) below.push_back(std::move(name));
        }
    }
}

awaitable<void> sweep_below(uring::directory* folder, sweep_report* report) {
    result<std::vector<std::string>> below = co_await sweep_folder(folder, report);
    if (!below) {
        report->failed.push_back(below.error().info().detail);
        co_return;
    }
    for (std::string& name : *below) {
        result<uring::file> opened = co_await folder->open(std::move(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        bool const passed_over =
            !opened && (opened.error().reason() == errc::not_found || opened.error().reason() == errc::invalid_argument);
        if (passed_over) continue;  // gone, or no folder
        if (!opened) {
            report->failed.push_back(opened.error().info().detail);
            continue;
        }
        uring::directory inner(std::move(opened->handle()));
        co_await sweep_below(&inner, report);
    }
}

}  // namespace

}  // namespace file

awaitable<sweep_report> sweep_stale(std::string folder) {
    file::sweep_edge const here(folder);
    try {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        result<uring::directory> opened = co_await uring::files::of(executor).open_directory(std::move(folder));
        uring::directory root = here.deliver(std::move(opened));
        sweep_report report;
        co_await file::sweep_below(&root, &report);
        co_return std::move(report);
    } catch (...) {
        here.rethrow();
    }
}

}  // namespace sluice::inline v0
