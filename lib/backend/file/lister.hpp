#pragma once

#include "backend/file/folder_reader.hpp"

#include <sluice/object.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::file {

/// What a listing came to: an object, or what may make a group.
struct candidate {
    candidate() {}
    char const* name() const noexcept { return key.c_str() + (key.rfind('/') + 1); }  ///< of what is no folder
    void is(uring::file_status const& status);

    std::string key;
    std::string group;  ///< empty: an object
    entry_kind kind = entry_kind::file;
    folder_reader::folder folder;  ///< of an object that is no link
    object_meta meta;
    bool there = false;
};

/// One page of a listing on its way: has the walk's folders read, and looks at what it comes to, many at once.
class lister {
public:
    lister(operation* op, roots::folder root, std::unique_ptr<list_walk> walk)
        : root_(root),
          reader_(op, std::move(root)),
          walk_(std::move(walk)) {}

    list_walk& walk() noexcept { return *walk_; }
    std::unique_ptr<list_walk> take_walk() noexcept { return std::move(walk_); }

    /// What comes next and is there, at most `limit`; none at the end only.
    awaitable<result<std::vector<candidate>>> next(std::size_t limit);

    /// Whether the last that the walk came to was not there.
    bool missed_last() const noexcept { return missed_last_; }
    std::size_t misses() const noexcept { return misses_; }

private:
    awaitable<result<void>> gather(std::vector<candidate>* batch, std::size_t limit);
    bool is_in_folder() const noexcept;
    awaitable<result<void>> go_to_folder();
    void add(std::vector<candidate>* batch, list_walk::step step) const;
    awaitable<result<void>> look_at_all(std::vector<candidate>* batch);
    awaitable<result<void>> look_at(candidate* what);
    awaitable<result<void>> look_at_files(std::span<candidate* const> files);

    roots::folder root_;
    folder_reader reader_;
    std::unique_ptr<list_walk> walk_;
    folder_reader::folder folder_;  // that of the last file; null when it is gone
    std::string in_front_;          // of the names in it
    bool folder_known_ = false;
    bool at_end_ = false;
    bool missed_last_ = false;
    std::size_t misses_ = 0;
};

}  // namespace sluice::inline v0::file
