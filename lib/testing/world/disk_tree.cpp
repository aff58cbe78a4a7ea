#include "testing/world/disk_tree.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::testing {

disk_tree::disk_tree(std::uint64_t const seed) : luck_(seed), root_(make(true, 0755, 0)) {
    root_->links = 1;
    root_->found = true;
}

disk_file disk_tree::make(bool const folder, unsigned const mode, std::int64_t const now) {
    auto made = std::make_shared<disk_node>();
    made->number = ++last_number_;
    made->folder = folder;
    made->mode = mode;
    made->modified = made->changed = now;
    return made;
}

disk_file disk_tree::find(disk_node const& folder, std::string_view const name) {
    auto const at = folder.now.find(name);
    return at == folder.now.end() ? nullptr : at->second.node;
}

void disk_tree::change(std::vector<naming> step, std::int64_t const now) {
    for (naming const& one : step) {  // those that are replaced or moved lose a name first
        if (disk_file const there = find(*one.folder, one.name)) --there->links, there->changed = now;
    }
    for (naming const& one : step) {
        one.folder->modified = one.folder->changed = now;
        if (!one.node) {
            one.folder->now.erase(one.name);
            continue;
        }
        ++one.node->links;
        one.node->changed = now;
        if (one.node->folder) one.node->above = one.folder;
        auto const [at, fresh] = one.folder->now.try_emplace(one.name);
        at->second.node = one.node;
        if (fresh) at->second.slot = 1 + (luck_.next() >> 2);  // anywhere, as where names are hashed
    }
    unflushed_.push_back(std::move(step));
}

bool disk_tree::touches(step const& s, std::vector<disk_node const*> const& folders) noexcept {
    return std::ranges::any_of(s, [&](naming const& one) { return std::ranges::find(folders, one.folder.get()) != folders.end(); });
}

void disk_tree::settle(step const& s) {
    for (naming const& one : s) {
        if (one.node) {
            one.folder->platter[one.name] = one.node;
            one.node->found = true;
        } else {
            one.folder->platter.erase(one.name);
        }
    }
}

// Backwards: what moved a name between two folders takes the earlier changes of the other folder along, since their order is kept.
void disk_tree::flush(disk_file const& folder) {
    std::vector<disk_node const*> folders{folder.get()};
    for (disk_file at = folder; at && !at->found; at = at->above.lock())
        if (disk_file const above = at->above.lock()) folders.push_back(above.get());
    std::list<step> due;
    for (auto at = unflushed_.end(); at != unflushed_.begin();) {
        --at;
        if (!touches(*at, folders)) continue;
        for (naming const& one : *at) folders.push_back(one.folder.get());
        auto const next = std::next(at);
        due.splice(due.begin(), unflushed_, at);
        at = next;
    }
    for (step const& s : due) settle(s);
}

/// What a folder holds after the crash, and all below it.
void disk_tree::show(disk_file const& folder, losses& lost, std::size_t const sector, unsigned const keep,
                     std::vector<disk_node const*>& seen) {
    folder->now.clear();
    folder->links = 1;
    folder->found = true;
    for (auto const& [name, node] : folder->platter) {
        folder->now[name] = {node, 1 + (luck_.next() >> 2)};
        bool const first = std::ranges::find(seen, node.get()) == seen.end();
        if (first) {
            seen.push_back(node.get());
            node->links = 0;
            if (!node->folder) lost.bytes += node->content.crash(luck_, sector, keep);
        }
        ++node->links;
        if (!node->folder) continue;
        node->above = folder;
        show(node, lost, sector, keep, seen);
    }
}

disk_tree::losses disk_tree::crash(std::size_t const sector, unsigned const keep_names, unsigned const keep_bytes) {
    losses lost;
    for (step const& s : unflushed_) {
        if (luck_.below(4) < keep_names)
            settle(s);
        else
            ++lost.names;
    }
    unflushed_.clear();
    std::vector<disk_node const*> seen;
    show(root_, lost, sector, keep_bytes, seen);
    return lost;
}

}  // namespace sluice::inline v0::testing
