#pragma once

#include "backend/file/list_walk.hpp"
#include "backend/file/operation.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::file {

/// Reads the folders that a listing goes through, and keeps the last of them open. One coroutine at a time.
class folder_reader {
public:
    folder_reader(operation* op, roots::folder root) : op_(op), root_(std::move(root)) {}

    using folder = std::shared_ptr<uring::directory>;

    /// The folder `path` below the root. Errors: not_found, also for what is no folder.
    awaitable<result<folder>> open(std::string path);

    /// Does `list_walk::step::read_folder`. Errors: invalid_argument for a name that can be no key.
    awaitable<result<void>> read(list_walk* walk);

    /// Whether every folder whose names `walk` has in memory is as it was.
    awaitable<bool> is_current(list_walk const* walk);

private:
    awaitable<result<void>> read_names(list_walk* walk, folder from);
    awaitable<result<void>> add_all(list_walk* walk, folder from, std::size_t filled);
    result<bool> check_name(list_walk const& walk, std::string_view name) const;

    operation* op_;
    roots::folder root_;
    std::unique_ptr<std::byte[]> buffer_;
    std::vector<std::pair<std::string, folder>> open_;  // used last at the back
};

}  // namespace sluice::inline v0::file
