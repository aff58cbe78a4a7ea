#include "backend/file/list_walk.hpp"

#include "backend/file/key_path.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t least_memory = 64 * 1024;  // of a level
constexpr std::size_t most_left = 100;           // empty folders in a row that are worth a look each

std::string folder_of(std::string const& path) { return path.empty() ? "." : path.substr(0, path.size() - 1); }

/// Whether there can be keys that begin so: every segment but the last must be a name.
bool leads_somewhere(std::string_view const folders) { return folders.empty() || path_of(folders.substr(0, folders.size() - 1)); }

}  // namespace

list_walk::list_walk(std::string prefix, list_options const& options, std::size_t memory)
    : prefix_(std::move(prefix)),
      delimiter_(options.delimiter),
      after_(options.next.empty() ? options.start_after : options.next),
      memory_(memory) {
    bool const after_group =
        !options.next.empty() && !delimiter_.empty() && options.next.find(delimiter_, prefix_.size()) != std::string::npos;
    if (after_group) told_ = options.next;
    std::string start = prefix_.substr(0, prefix_.rfind('/') + 1);
    if (leads_somewhere(start)) enter(std::move(start));
}

/// Half of all for the uppermost, half of the rest for the next.
std::size_t list_walk::memory_for(std::size_t depth) const noexcept {
    return std::max(memory_ >> std::min<std::size_t>(depth + 1, 63), std::min(memory_, least_memory));
}

void list_walk::enter(std::string path) {
    bool const begins_within = after_.starts_with(path);
    if (!begins_within && path < after_) return;
    std::string floor = begins_within ? after_.substr(path.size()) : std::string();
    std::size_t const memory = memory_for(levels_.size());
    levels_.emplace_back(std::move(path), std::move(floor), memory);
}

/// All names in memory are used up, and there were more.
void list_walk::read_on(level& here) {
    here.floor = here.names.name(here.names.size() - 1);
    here.strictly = true;
    here.read = false;
    here.names = name_selection(memory_for(levels_.size() - 1));
    here.at = 0;
}

void list_walk::leave() {
    level const& here = levels_.back();
    bool const too_many = left_.size() == most_left;
    if (too_many) left_.back().steady = false;
    if (!too_many) left_.push_back({folder_of(here.path), here.stamp, here.steady});
    levels_.pop_back();
}

list_walk::step list_walk::next() {
    if (std::exchange(again_, false)) return last_;
    left_.clear();
    while (!levels_.empty()) {
        level& here = levels_.back();
        if (!here.read) return last_ = step::read_folder;
        if (here.at == here.names.size()) {
            if (here.names.complete()) {
                leave();
            } else {
                read_on(here);
            }
            continue;
        }
        kind_ = here.names.kind(here.at);
        key_ = here.path;
        key_ += here.names.name(here.at++);
        if (!told_.empty() && key_.starts_with(told_)) continue;
        std::size_t const cut = delimiter_.empty() ? std::string::npos : key_.find(delimiter_, prefix_.size());
        if (cut != std::string::npos) {
            group_length_ = cut + delimiter_.size();
            if (kind_ == entry_kind::file) told_ = group();
            return last_ = step::group;
        }
        if (kind_ != entry_kind::folder) return last_ = step::object;
        enter(key_);
    }
    return last_ = step::end;
}

std::string list_walk::folder() const {
    if (last_ == step::read_folder) return folder_of(levels_.back().path);
    std::size_t const slash = key_.rfind('/', key_.size() - 2);
    return slash == std::string::npos ? "." : key_.substr(0, slash);
}

std::string_view list_walk::name() const noexcept {
    std::string_view const whole = key_;
    std::size_t const slash = whole.rfind('/', whole.size() - 2);
    return slash == std::string_view::npos ? whole : whole.substr(slash + 1);
}

bool list_walk::wants(std::string_view name, entry_kind kind) const noexcept {
    level const& here = levels_.back();
    bool const above_prefix = here.path.size() < prefix_.size();
    if (above_prefix && !name.starts_with(std::string_view(prefix_).substr(here.path.size()))) return false;
    if (!here.floor.starts_with(name)) return name > here.floor;
    std::string_view const behind = std::string_view(here.floor).substr(name.size());
    if (kind != entry_kind::folder) return false;
    // Its keys begin with its name and a slash.
    if (!behind.starts_with('/')) return behind < "/";
    return !here.strictly;
}

void list_walk::folder_read(folder_stamp stamp, bool steady) noexcept {
    level& here = levels_.back();
    here.stamp = stamp;
    here.steady = steady;
    here.read = true;
}

std::vector<list_walk::visited> list_walk::folders() const {
    std::vector<visited> all = left_;
    for (level const& l : levels_)
        if (l.read) all.push_back({folder_of(l.path), l.stamp, l.steady});
    return all;
}

}  // namespace sluice::inline v0::file
