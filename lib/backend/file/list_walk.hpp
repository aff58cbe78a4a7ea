#pragma once

#include "backend/file/name_selection.hpp"

#include <sluice/options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::file {

/// What tells that a folder has not changed.
struct folder_stamp {
    std::uint64_t inode = 0;
    std::int64_t modified = 0;  ///< nanoseconds since 1970
    friend bool operator==(folder_stamp const&, folder_stamp const&) = default;
};

/// A listing on its way through the folders below a root: which to read next, and which keys and groups come in what order. Pure.
///
/// It goes down into the folders in key order, and of each has the first names in memory; when they are used up the folder is read again
/// from where it stands.
class list_walk {
public:
    /// From `options`: delimiter, and where to begin. `memory`: bytes for names, all folders together.
    list_walk(std::string prefix, list_options const& options, std::size_t memory);

    enum class step : std::uint8_t {
        read_folder,  ///< `add` every entry of `folder()`, then `folder_read`; or `no_folder` when it is not there
        object,       ///< `key()` is a file or a link
        group,        ///< `group()` is one, if what has `key()` is or has an object
        end,
    };
    step next();
    /// The next `next` says the same again: object or group only.
    void put_back() noexcept { again_ = true; }

    /// The group has been told: what else belongs to it is passed over.
    void pass_over(std::string group) noexcept { told_ = std::move(group); }

    /// As a path from the root: "." or "a/b". Of `read_folder` that to be read, else that of `key()`.
    std::string folder() const;

    /// Whether an entry comes after the point the listing begins at; only such are added.
    bool wants(std::string_view name, entry_kind kind) const noexcept;
    void add(std::string_view name, entry_kind kind) { levels_.back().names.add(name, kind); }
    /// `steady`: the stamp will tell any later change.
    void folder_read(folder_stamp stamp, bool steady) noexcept;
    void no_folder() noexcept { levels_.pop_back(); }
    std::string const& path() const noexcept { return levels_.back().path; }  ///< in front of the names of that folder
    name_selection& names() noexcept { return levels_.back().names; }

    std::string const& key() const noexcept { return key_; }  ///< a folder's ends in '/'
    std::string_view name() const noexcept;                   ///< the last segment
    entry_kind kind() const noexcept { return kind_; }
    std::string_view group() const noexcept { return std::string_view(key_).substr(0, group_length_); }
    std::string const& prefix() const noexcept { return prefix_; }
    std::string const& after() const noexcept { return after_; }  ///< only keys behind this one

    struct visited {
        std::string folder;
        folder_stamp stamp;
        bool steady;
    };
    /// The folders that a later key may still come from: those whose names are in memory, and those that were left after the last key.
    std::vector<visited> folders() const;

private:
    struct level {
        level(std::string p, std::string f, std::size_t memory) : path(std::move(p)), floor(std::move(f)), names(memory) {}
        std::string path;   // in front of the names: "" or "a/b/"
        std::string floor;  // names behind it
        bool strictly = false;
        bool read = false;
        bool steady = false;
        folder_stamp stamp;
        name_selection names;
        std::size_t at = 0;
    };
    void enter(std::string path);
    void read_on(level& here);
    void leave();
    std::size_t memory_for(std::size_t depth) const noexcept;

    std::string prefix_, delimiter_, after_;
    std::size_t memory_;
    std::string told_;  // the group that was told last
    std::vector<level> levels_;
    std::vector<visited> left_;  // since the last key
    std::string key_;
    entry_kind kind_ = entry_kind::file;
    std::size_t group_length_ = 0;
    step last_ = step::end;
    bool again_ = false;
};

}  // namespace sluice::inline v0::file
