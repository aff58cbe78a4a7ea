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

/// Takes the lock that its writer would hold, and only then the name. The name is nobody else's: it is used once.
awaitable<result<bool>> remove_if_stale(uring::directory* folder, std::string name) {
    result<uring::file> opened = co_await folder->open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    if (!opened && opened.error().reason() == errc::not_found) co_return true;
    if (!opened) co_return opened.error();
    result<bool> const locked = co_await opened->try_lock(uring::lock_kind::exclusive);
    if (!locked || !*locked) co_return locked;
    result<void> const removed = co_await folder->remove(std::move(name));
    if (!removed && removed.error().reason() != errc::not_found) co_return removed.error();
    co_return true;
}

awaitable<void> sweep_one(uring::directory* folder, std::string name, sweep_report* report) {
    result<bool> const removed = co_await remove_if_stale(folder, std::move(name));
    if (!removed) {
        report->failed.push_back(removed.error().info().detail);
    } else {
        ++(*removed ? report->removed : report->in_use);
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
