#include "testing/s3_objects.hpp"

#include "testing/s3_directory.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {
namespace {

/// The common prefix `key` rolls up into, empty when it stands for itself.
std::string common_prefix(std::string const& key, s3_page_query const& query) {
    if (query.delimiter.empty() || !key.starts_with(query.prefix)) return {};
    auto const at = key.find(query.delimiter, query.prefix.size());
    return at == key.npos ? std::string() : key.substr(0, at + query.delimiter.size());
}

/// The smallest text behind everything that starts with `prefix`; nothing when there is none.
std::optional<std::string> behind(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
    if (prefix.empty()) return std::nullopt;
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

}  // namespace

s3_objects::s3_objects(std::vector<std::string> const& buckets) {
    for (std::string const& bucket : buckets) buckets_[bucket];
}

bool s3_objects::has_bucket(std::string const& bucket) const {
    std::lock_guard const lock(mutex_);
    return buckets_.contains(bucket);
}

bool s3_objects::make_bucket(std::string const& bucket) {
    std::lock_guard const lock(mutex_);
    return buckets_.try_emplace(bucket).second;
}

void s3_objects::erase_bucket(std::string const& bucket) {
    std::lock_guard const lock(mutex_);
    auto const found = buckets_.find(bucket);
    if (found == buckets_.end()) throw s3_problem(404, "NoSuchBucket", "The specified bucket does not exist");
    if (!found->second.empty()) throw s3_problem(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    buckets_.erase(found);
}

std::vector<std::string> s3_objects::bucket_names() const {
    std::lock_guard const lock(mutex_);
    std::vector<std::string> names;
    for (auto const& [name, objects] : buckets_) names.push_back(name);
    return names;
}

std::optional<s3_object> s3_objects::find(std::string const& bucket, std::string const& key) const {
    std::lock_guard const lock(mutex_);
    auto const b = buckets_.find(bucket);
    if (b == buckets_.end()) return std::nullopt;
    auto const o = b->second.find(key);
    if (o == b->second.end()) return std::nullopt;
    return o->second;
}

void s3_objects::put(std::string const& bucket, std::string const& key, s3_object object, guard const& check) {
    std::lock_guard const lock(mutex_);
    bucket_objects& objects = buckets_[bucket];
    auto const current = objects.find(key);
    if (check) check(current == objects.end() ? nullptr : &current->second);
    objects.insert_or_assign(key, std::move(object));
}

void s3_objects::erase(std::string const& bucket, std::string const& key, guard const& check) {
    std::lock_guard const lock(mutex_);
    bucket_objects& objects = buckets_[bucket];
    auto const current = objects.find(key);
    if (check) check(current == objects.end() ? nullptr : &current->second);
    if (current != objects.end()) objects.erase(current);
}

std::uint64_t s3_objects::count() const {
    std::lock_guard const lock(mutex_);
    std::uint64_t sum = 0;
    for (auto const& [name, objects] : buckets_) sum += objects.size();
    return sum;
}

s3_page s3_objects::list(std::string const& bucket, s3_page_query const& query) const {
    if (!query.unordered) return list_in_order(bucket, query);
    s3_page_query whole = query;
    whole.after.clear();
    whole.limit = static_cast<std::size_t>(-1);
    s3_page page = list_in_order(bucket, whole);
    std::ranges::sort(page.entries, {}, [](s3_page::entry const& e) { return place_in_listing(e.key); });
    if (!query.after.empty()) {
        std::string const last = place_in_listing(query.after);
        std::erase_if(page.entries, [&](s3_page::entry const& e) { return place_in_listing(e.key) <= last; });
    }
    page.truncated = query.limit != 0 && page.entries.size() > query.limit;
    if (page.entries.size() > query.limit) page.entries.resize(query.limit);
    return page;
}

s3_page s3_objects::list_in_order(std::string const& bucket, s3_page_query const& query) const {
    std::lock_guard const lock(mutex_);
    s3_page page;
    auto const b = buckets_.find(bucket);
    if (b == buckets_.end()) return page;
    bucket_objects const& objects = b->second;
    auto it = objects.lower_bound(query.prefix);
    auto const jump_behind = [&](std::string const& prefix) {
        auto const next = behind(prefix);
        it = next ? objects.lower_bound(*next) : objects.end();
    };
    if (!query.after.empty() && query.after >= query.prefix) {
        // A marker inside a common prefix means that all of the prefix was given already.
        std::string const rolled = common_prefix(query.after, query);
        if (rolled.empty()) {
            it = objects.upper_bound(query.after);
        } else {
            jump_behind(rolled);
        }
    }
    for (; it != objects.end() && it->first.starts_with(query.prefix);) {
        if (page.entries.size() == query.limit) {
            page.truncated = query.limit != 0;
            break;
        }
        if (std::string const rolled = common_prefix(it->first, query); !rolled.empty()) {
            page.entries.push_back({rolled, std::nullopt});
            jump_behind(rolled);
        } else {
            page.entries.push_back({it->first, it->second});
            ++it;
        }
    }
    return page;
}

}  // namespace sluice::inline v0::testing
