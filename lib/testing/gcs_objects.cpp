#include "testing/gcs_objects.hpp"

#include "testing/digest.hpp"

#include <utility>

namespace sluice::inline v0::testing {
namespace {

/// The prefix that `key` falls into, or nothing.
std::string group_of(std::string const& key, gcs_page_query const& query) {
    if (query.delimiter.empty()) return {};
    auto const at = key.find(query.delimiter, query.prefix.size());
    return at == key.npos ? std::string() : key.substr(0, at + query.delimiter.size());
}

}  // namespace

std::string const* gcs_object::field(std::string_view const name) const noexcept {
    for (auto const& [field, value] : fields)
        if (field == name) return &value;
    return nullptr;
}

std::string gcs_object::etag() const { return base64(std::to_string(generation) + "/" + std::to_string(metageneration)); }

gcs_objects::gcs_objects(std::vector<std::string> const& buckets, bool const versions) : versions_(versions) {
    for (std::string const& bucket : buckets) buckets_[bucket];
}

bool gcs_objects::has_bucket(std::string const& bucket) const {
    std::lock_guard const lock(mutex_);
    return buckets_.contains(bucket);
}

bool gcs_objects::make_bucket(std::string const& bucket) {
    std::lock_guard const lock(mutex_);
    return buckets_.try_emplace(bucket).second;
}

bool gcs_objects::is_empty(std::string const& bucket) const {
    std::lock_guard const lock(mutex_);
    auto const found = buckets_.find(bucket);
    return found == buckets_.end() || found->second.empty();
}

void gcs_objects::erase_bucket(std::string const& bucket) {
    std::lock_guard const lock(mutex_);
    buckets_.erase(bucket);
    old_.erase(bucket);
}

std::vector<std::string> gcs_objects::bucket_names() const {
    std::lock_guard const lock(mutex_);
    std::vector<std::string> names;
    for (auto const& [name, objects] : buckets_) names.push_back(name);
    return names;
}

std::optional<gcs_object> gcs_objects::find(std::string const& bucket, std::string const& key, std::uint64_t const generation) const {
    std::lock_guard const lock(mutex_);
    auto const in = buckets_.find(bucket);
    if (in == buckets_.end()) return std::nullopt;
    auto const live = in->second.find(key);
    bool const there = live != in->second.end();
    if (there && (generation == 0 || live->second.generation == generation)) return live->second;
    auto const before = old_.find(bucket);
    if (generation == 0 || before == old_.end()) return std::nullopt;
    auto const old = before->second.find({key, generation});
    if (old == before->second.end()) return std::nullopt;
    return old->second;
}

void gcs_objects::retire(std::string const& bucket, gcs_object const& old) {
    if (versions_) old_[bucket].insert_or_assign({old.name, old.generation}, old);
}

gcs_object gcs_objects::put(std::string const& bucket, gcs_object object, guard const& check) {
    std::lock_guard const lock(mutex_);
    bucket_objects& in = buckets_[bucket];
    auto const live = in.find(object.name);
    if (check) check(live == in.end() ? nullptr : &live->second);
    if (live != in.end()) retire(bucket, live->second);
    object.generation = ++last_generation_;
    in.insert_or_assign(object.name, object);
    return object;
}

void gcs_objects::erase(std::string const& bucket, std::string const& key, guard const& check) {
    std::lock_guard const lock(mutex_);
    bucket_objects& in = buckets_[bucket];
    auto const live = in.find(key);
    if (check) check(live == in.end() ? nullptr : &live->second);
    if (live == in.end()) return;
    retire(bucket, live->second);
    in.erase(live);
}

gcs_page gcs_objects::list(std::string const& bucket, gcs_page_query const& query) const {
    std::lock_guard const lock(mutex_);
    gcs_page page;
    auto const in = buckets_.find(bucket);
    if (in == buckets_.end()) return page;
    std::string last = query.behind;
    std::size_t taken = 0;
    for (auto const& [key, object] : in->second) {
        if (!key.starts_with(query.prefix) || key < query.from) continue;
        std::string const group = group_of(key, query);
        std::string const& entry = group.empty() ? key : group;
        if (!last.empty() && (entry <= last)) continue;
        if (taken == query.limit) {
            page.last = last;
            return page;
        }
        ++taken;
        last = entry;
        if (group.empty())
            page.objects.push_back(object);
        else
            page.prefixes.push_back(group);
    }
    return page;
}

std::uint64_t gcs_objects::count() const {
    std::lock_guard const lock(mutex_);
    std::uint64_t all = 0;
    for (auto const& [name, objects] : buckets_) all += objects.size();
    return all;
}

}  // namespace sluice::inline v0::testing
