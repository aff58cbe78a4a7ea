#include "backend/file/folders.hpp"

#include <algorithm>

namespace sluice::inline v0::file {

namespace {

// As often as somebody may remove a folder that we have just made, because it was still empty.
constexpr int most_tries = 16;

/// "a/b" of "a/b/c"; "." of "a".
std::string parent_of(std::string const& path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string name_of(std::string const& path) { return path.substr(path.rfind('/') + 1); }

awaitable<result<void>> make_one(operation* op, uring::directory* parent, std::string name) {
    result<void> const made = co_await parent->make_directory(std::move(name));
    bool const there = !made && made.error().reason() == errc::already_exists;
    if (there) co_return result<void>();
    if (!made || op->store().settings.keep != durability::file_and_directory) co_return made;
    co_return co_await parent->sync();
}

/// One walk down from the root. Errors: not_found when a folder went away on the way.
awaitable<result<uring::directory>> make_all(operation* op, roots::folder root, std::string path) {
    result<uring::directory> at = co_await root->open_directory(".");
    for (std::size_t from = 0; at && from <= path.size();) {
        std::size_t const end = std::min(path.find('/', from), path.size());
        std::string const here = path.substr(0, end);
        result<uring::directory> next = co_await root->open_directory(here);  // from the root: a link may lead elsewhere within it
        if (!next && next.error().reason() == errc::not_found) {
            result<void> const made = co_await make_one(op, &*at, path.substr(from, end - from));
            if (!made) co_return made.error();
            next = co_await root->open_directory(here);
        }
        at = std::move(next);
        from = end + 1;
    }
    co_return std::move(at);
}

}  // namespace

awaitable<result<uring::directory>> make_folder(operation* op, roots::folder root, std::string path) {
    result<uring::directory> folder = co_await root->open_directory(path);
    for (int tries = 0; !folder && folder.error().reason() == errc::not_found && tries < most_tries; ++tries)
        folder = co_await make_all(op, root, path);
    co_return std::move(folder);
}

awaitable<void> prune_folders(operation* op, roots::folder root, std::string path) {
    while (path != ".") {
        std::string const above = parent_of(path);
        result<uring::directory> parent = co_await root->open_directory(above);
        if (!parent) co_return;
        result<void> const removed = co_await parent->remove_directory(name_of(path));
        if (!removed) co_return;
        if (op->store().settings.keep == durability::file_and_directory) co_await parent->sync();
        path = above;
    }
}

}  // namespace sluice::inline v0::file
