#include "backend/file/roots.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace asio = boost::asio;

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t most_open = 16;

/// Makes `path` and what is missing above it. Whoever makes one of them at the same time is welcome to.
awaitable<result<uring::directory>> make_folders(uring::files* files, std::string path) {
    result<uring::directory> at = co_await files->open_directory("/");
    for (std::size_t from = 1; at && from < path.size();) {
        std::size_t const end = std::min(path.find('/', from), path.size());
        result<void> made = result<void>();
        result<uring::directory> next = co_await files->open_directory(path.substr(0, end));
        if (!next && next.error().reason() == errc::not_found) {
            made = co_await at->make_directory(path.substr(from, end - from));
            if (!made && made.error().reason() != errc::already_exists) co_return made.error();
            next = co_await files->open_directory(path.substr(0, end));
        }
        at = std::move(next);
        from = end + 1;
    }
    co_return std::move(at);
}

}  // namespace

asio::execution_context::id roots::id;

roots& roots::of(asio::any_io_executor const& executor) {
    uring::files::of(executor);  // older than this, so that it goes later
    return asio::use_service<roots>(asio::query(executor, asio::execution::context));
}

awaitable<result<roots::folder>> roots::open(std::string path, bool make) {
    folder known = find(path);
    if (known) co_return std::move(known);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    uring::files& files = uring::files::of(executor);
    result<uring::directory> opened = co_await files.open_directory(path);
    if (!opened && make && opened.error().reason() == errc::not_found) opened = co_await make_folders(&files, path);
    if (!opened) co_return opened.error();
    folder root = std::make_shared<uring::directory>(std::move(*opened));
    keep(std::move(path), root);
    co_return std::move(root);
}

awaitable<bool> roots::is_gone(folder root) {
    result<uring::file_status> const status = co_await root->status();
    if (!status || status->links > 0) co_return false;
    std::lock_guard const lock(mutex_);
    std::erase_if(open_, [&](auto const& entry) { return entry.second == root; });
    co_return true;
}

roots::folder roots::find(std::string const& path) {
    std::lock_guard const lock(mutex_);
    auto const at = std::ranges::find(open_, path, &std::pair<std::string, folder>::first);
    if (at == open_.end()) return nullptr;
    std::rotate(at, at + 1, open_.end());
    return open_.back().second;
}

void roots::keep(std::string path, folder root) {
    std::lock_guard const lock(mutex_);
    if (open_.size() == most_open) open_.erase(open_.begin());
    open_.emplace_back(std::move(path), std::move(root));
}

void roots::shutdown() {
    std::lock_guard const lock(mutex_);
    open_.clear();
}

}  // namespace sluice::inline v0::file
