#include "backend/memory/shelf.hpp"

#include "store/check.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace sluice::inline v0::memory {

shelf::shelf(std::string name, std::uint32_t page_limit) : name_(std::move(name)), page_limit_(std::max(page_limit, 1u)) {}

void shelf::fail(errc reason, std::string_view operation, object_key const& where, std::string detail) const {
    throw_error(failure(reason, std::move(detail)), operation, uri() + where);
}

void shelf::check_key(std::string_view operation, object_key const& where) const {
    result<void> const checked = store::check_key(where);
    if (!checked) throw_error(checked.error(), operation, uri() + where);
}

void shelf::check_write(std::string_view operation, object_key const& where, put_options const& options) const {
    check_key(operation, where);
    result<void> const checked = store::check_no_keeping(options.keeping);
    if (!checked) throw_error(checked.error(), operation, uri() + where);
}

std::shared_ptr<stored const> shelf::open(std::string_view operation, object_key const& where,
                                          store::read_conditions const& conditions) const {
    check_key(operation, where);
    if (auto const checked = conditions.check_plain(); !checked) throw_error(checked.error(), operation, uri() + where);
    std::shared_ptr<stored const> object;
    {
        std::shared_lock const lock(mutex_);
        auto const found = objects_.find(where);
        if (found != objects_.end()) object = found->second;
    }
    if (!object) fail(errc::not_found, operation, where, "no object of that name");
    if (auto const violated = conditions.violated_by(object->meta.etag, *object->meta.last_modified))
        fail(*violated, operation, where, "the object is ETag " + object->meta.etag);
    return object;
}

resolved_range shelf::within(std::string_view operation, stored const& object, byte_range range) const {
    bool const has_offset = range.what == byte_range::kind::bounded || range.what == byte_range::kind::from;
    bool const behind_end = has_offset && range.offset >= object.meta.size;
    bool const empty_from_start = object.meta.size == 0 && range.offset == 0;
    if (behind_end && !empty_from_start)
        fail(errc::range_not_satisfiable, operation, object.meta.key,
             "the range begins at " + std::to_string(range.offset) + " of " + std::to_string(object.meta.size) + " bytes");
    return resolve(range, object.meta.size);
}

put_result shelf::put(object_key where, bytes data, put_options options, wall_time now) {
    auto fresh = std::make_shared<stored>();
    fresh->data = std::move(data);
    fresh->meta.key = where;
    fresh->meta.size = fresh->data.size();
    fresh->meta.attributes = std::move(options.attributes);

    std::unique_lock const lock(mutex_);
    auto const present = objects_.find(where);
    if (options.create_only && present != objects_.end()) fail(errc::already_exists, "put", where, "a create-only put met an object");
    auto const is_wanted = [&] { return options.if_match == "*" || store::same_etag(options.if_match, present->second->meta.etag); };
    if (!options.if_match.empty() && (present == objects_.end() || !is_wanted()))
        fail(errc::precondition_failed, "put", where, "the object is not the version that was to be replaced");
    // With the time, since others may keep parts under it for longer than this process lives.
    fresh->meta.etag = '"' + std::to_string(now.time_since_epoch().count()) + '-' + std::to_string(++versions_) + '"';
    fresh->meta.last_modified = now;
    put_result done;
    done.etag = fresh->meta.etag;
    objects_.insert_or_assign(std::move(where), std::move(fresh));
    return done;
}

list_page shelf::list(std::string const& prefix, list_options const& options) const {
    result<void> const checked = store::check_listing(prefix, options);
    if (!checked) throw_error(checked.error(), "list", uri() + prefix);
    std::size_t const limit = std::min<std::size_t>(options.max_keys, page_limit_);
    std::string const& after = options.next.empty() ? options.start_after : options.next;
    list_page page;
    std::string last;
    std::shared_lock const lock(mutex_);
    auto it = after < prefix ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
    while (it != objects_.end() && it->first.starts_with(prefix)) {
        std::size_t const cut = options.delimiter.empty() ? std::string::npos : it->first.find(options.delimiter, prefix.size());
        std::string group = cut == std::string::npos ? std::string() : it->first.substr(0, cut + options.delimiter.size());
        if (!group.empty() && group == options.next) {  // the former page ended with this group
            it = behind(group);
            continue;
        }
        if (page.objects.size() + page.prefixes.size() == limit) {
            page.next = last;
            break;
        }
        last = group.empty() ? it->first : group;
        if (group.empty()) {
            page.objects.push_back(it->second->meta);
            page.objects.back().attributes = {};
            ++it;
        } else {
            it = behind(group);
            page.prefixes.push_back(std::move(group));
        }
    }
    return page;
}

remove_report shelf::remove(std::vector<object_key> const& keys) {
    for (object_key const& key : keys) check_key("remove", key);
    std::unique_lock const lock(mutex_);
    for (object_key const& key : keys) objects_.erase(key);
    remove_report report;
    report.removed = keys.size();
    return report;
}

written_parts shelf::take_interrupted(object_key const& where, std::string const& resume_as) {
    std::unique_lock const lock(mutex_);
    auto found = interrupted_.extract({where, resume_as});
    return found ? std::move(found.mapped()) : written_parts();
}

void shelf::keep_interrupted(object_key const& where, std::string const& resume_as, written_parts parts) {
    std::unique_lock const lock(mutex_);
    interrupted_.insert_or_assign({where, resume_as}, std::move(parts));
}

shelf::map::const_iterator shelf::behind(std::string const& group) const {
    auto it = objects_.lower_bound(group);
    while (it != objects_.end() && it->first.starts_with(group)) ++it;
    return it;
}

}  // namespace sluice::inline v0::memory
