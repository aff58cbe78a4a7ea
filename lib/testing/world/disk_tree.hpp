#pragma once

#include "testing/world/chance.hpp"
#include "testing/world/disk_content.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::testing {

/// A file or a folder of a simulated disk, whatever its names.
struct disk_node {
    /// An entry of a folder. Who lists meets the slots in order; a name keeps its slot while it is there.
    struct entry {
        std::shared_ptr<disk_node> node;
        std::uint64_t slot = 0;
    };
    using names = std::map<std::string, entry, std::less<>>;

    std::uint64_t number = 0;
    bool folder = false;
    unsigned mode = 0;
    std::uint64_t links = 0;
    std::int64_t modified = 0, changed = 0;                     ///< nanoseconds since 1970
    disk_content content;                                       ///< of a file
    names now;                                                  ///< of a folder, as programs see it
    std::map<std::string, std::shared_ptr<disk_node>> platter;  ///< and what a power cut leaves of it for certain
    std::weak_ptr<disk_node> above;                             ///< of a folder: the one it lies in
    bool found = false;                                         ///< of a folder: its own name is on the platter
};
using disk_file = std::shared_ptr<disk_node>;

/// The folders and names of a disk, and which of their changes are on the platter. Pure.
class disk_tree {
public:
    explicit disk_tree(std::uint64_t seed);

    disk_file const& root() const noexcept { return root_; }
    disk_file make(bool folder, unsigned mode, std::int64_t now);
    /// The node of a name in a folder, or null.
    static disk_file find(disk_node const& folder, std::string_view name);

    /// One step that a power cut leaves whole or not at all: each name leads to its node then, or to nothing.
    struct naming {
        disk_file folder;
        std::string name;
        disk_file node;
    };
    void change(std::vector<naming> step, std::int64_t now);

    /// fsync of a folder.
    void flush(disk_file const& folder);

    struct losses {
        std::uint64_t bytes = 0, names = 0;
    };
    /// The power fails: of the changes that were not flushed each is there with a chance of so many in 4.
    losses crash(std::size_t sector, unsigned keep_names, unsigned keep_bytes);

    chance& luck() noexcept { return luck_; }

private:
    using step = std::vector<naming>;
    static bool touches(step const& s, std::vector<disk_node const*> const& folders) noexcept;
    static void settle(step const& s);
    void show(disk_file const& folder, losses& lost, std::size_t sector, unsigned keep, std::vector<disk_node const*>& seen);

    chance luck_;
    std::uint64_t last_number_ = 1;
    disk_file root_;
    std::list<step> unflushed_;  // in the order they came
};

}  // namespace sluice::inline v0::testing
