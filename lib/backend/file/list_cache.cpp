#include "backend/file/list_cache.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t most_kept = 2;

}  // namespace

std::unique_ptr<list_walk> list_cache::take(std::string const& prefix, list_options const& options) {
    if (options.next.empty()) return nullptr;
    std::lock_guard const lock(mutex_);
    auto const at = std::ranges::find_if(
        entries_, [&](entry const& e) { return e.next == options.next && e.prefix == prefix && e.delimiter == options.delimiter; });
    if (at == entries_.end()) return nullptr;
    std::unique_ptr<list_walk> walk = std::move(at->walk);
    entries_.erase(at);
    return walk;
}

void list_cache::keep(std::string prefix, std::string delimiter, std::string next, std::unique_ptr<list_walk> walk) {
    std::lock_guard const lock(mutex_);
    if (entries_.size() == most_kept) entries_.erase(entries_.begin());
    entries_.push_back({std::move(prefix), std::move(delimiter), std::move(next), std::move(walk)});
}

}  // namespace sluice::inline v0::file
