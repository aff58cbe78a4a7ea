#include "model/reference.hpp"

#include <algorithm>
#include <set>

namespace sluice::model {

namespace {

constexpr char const* no_etag = "\"00000000000000000000000000000000\"";

std::string joined(std::map<unsigned, std::string> const& parts) {
    std::string data;
    for (auto const& [number, part] : parts) data += part;
    return data;
}

bool touch_end_to_end(std::map<unsigned, std::string> const& parts) {
    std::uint64_t end = 0;
    for (auto const& [number, part] : parts) {
        if (std::uint64_t{number - 1} * part_size != end) return false;
        end += part.size();
    }
    return true;
}

std::string shown(std::string const& text) {
    std::string out = std::to_string(text.size()) + " bytes";
    bool const plain = std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
    return plain && text.size() < 2000 ? out + ": " + text : out;
}

/// Of the prefixes that there are here only one is cut in the middle of a character.
bool is_whole_text(std::string const& text) { return text != "\xc3"; }

bool is_one_of(errc const reason, std::vector<errc> const& all) { return std::ranges::find(all, reason) != all.end(); }

}  // namespace

std::vector<std::string> reference::keys() const {
    std::vector<std::string> all;
    for (auto const& [key, one] : objects_) all.push_back(key);
    return all;
}

std::string reference::condition_etag(operation const& op) const {
    std::string const& key = op.what == act::copy ? op.other : op.key;
    auto const now = objects_.find(key);
    auto const before = former_.find(key);
    switch (op.when) {
    case condition::none:
    case condition::create_only: return {};
    case condition::is_any: return "*";
    case condition::is_former: return before == former_.end() ? no_etag : before->second;
    case condition::is_current:
    case condition::not_current: break;
    }
    return now == objects_.end() ? no_etag : now->second.etag;
}

/// A store of files takes paths only.
bool reference::is_key(std::string const& key) const {
    if (!can_.paths) return true;
    std::string const path = '/' + key + '/';
    auto const has = [&](char const* part) { return path.find(part) != std::string::npos; };
    return !has("//") && !has("/./") && !has("/../");
}

/// In a store of files no key is the folder of another. An upload that is open may have made its folder already.
void reference::check_path(std::string const& key, expected& e) const {
    if (!can_.paths) return;
    if (!is_key(key)) e.must.push_back(errc::invalid_argument);
    auto const clash = [&](std::string const& other) { return other.starts_with(key + '/') || key.starts_with(other + '/'); };
    for (auto const& [other, one] : objects_)
        if (clash(other)) e.must.push_back(errc::invalid_argument);
    for (auto const& one : uploads_)
        if (one && clash(one->key)) e.may.push_back(errc::invalid_argument);
}

reference::expected reference::expect_write(std::string const& key, condition const when, std::string const& etag) const {
    expected e;
    auto const there = objects_.find(key);
    bool const swaps = !etag.empty() && when != condition::create_only;
    if (when == condition::create_only && !can_.create_only_put) e.must.push_back(errc::unsupported);
    if (swaps && !can_.conditional_put) e.must.push_back(errc::unsupported);
    if (when == condition::create_only && there != objects_.end()) e.must.push_back(errc::already_exists);
    bool const right = there != objects_.end() && (etag == "*" || etag == there->second.etag);
    if (swaps && !right) e.must.push_back(errc::precondition_failed);
    check_path(key, e);
    return e;
}

reference::expected reference::expect_read(operation const& op) const {
    expected e;
    auto const there = objects_.find(op.key);
    if (there == objects_.end()) {
        e.must.push_back(is_key(op.key) ? errc::not_found : errc::invalid_argument);
        return e;
    }
    auto const& [data, etag] = there->second;
    std::string const wanted = condition_etag(op);
    if (op.when == condition::not_current && wanted == etag) e.must.push_back(errc::not_modified);
    if (op.when == condition::is_former && wanted != etag) e.must.push_back(errc::precondition_failed);
    e.etag = etag;
    if (op.what == act::head) {
        e.text = std::to_string(data.size());
        return e;
    }
    bool const has_offset = op.range.what == byte_range::kind::bounded || op.range.what == byte_range::kind::from;
    bool const behind = has_offset && op.range.offset >= data.size() && !(data.empty() && op.range.offset == 0);
    if (behind) e.must.push_back(errc::range_not_satisfiable);
    resolved_range const here = resolve(op.range, data.size());
    if (op.what == act::read && here.length > op.room) e.must.push_back(errc::buffer_too_small);
    e.text = data.substr(here.offset, here.length) + " of " + std::to_string(data.size());
    return e;
}

reference::expected reference::expect_copy(operation const& op) const {
    expected e = expect_write(op.other, op.when, condition_etag(op));
    if (!can_.copies) e.must.push_back(errc::unsupported);
    auto const source = objects_.find(op.key);
    if (source == objects_.end()) e.must.push_back(is_key(op.key) ? errc::not_found : errc::invalid_argument);
    if (source != objects_.end()) e.text = std::to_string(source->second.data.size());
    return e;
}

/// What stands in its way may be told now or at the end; what can never be is told now.
reference::expected reference::expect_begin(operation const& op) const {
    expected e = expect_write(op.key, op.when, condition_etag(op));
    bool const never = !is_key(op.key);
    e.may.insert(e.may.end(), e.must.begin(), e.must.end());
    std::erase_if(e.must, [never](errc r) { return r != errc::unsupported && !(never && r == errc::invalid_argument); });
    return e;
}

reference::expected reference::expect_complete(open_upload const& one) const {
    expected e = expect_write(one.key, one.when, one.etag);
    bool const small = one.parts.size() > 1 && part_size < can_.min_part;
    if (small || !touch_end_to_end(one.parts)) e.must.push_back(errc::invalid_argument);
    if (!one.gone.empty()) e.must.push_back(errc::precondition_failed);
    return e;
}

std::string reference::listed(operation const& op) const {
    std::string found;
    std::set<std::string> groups;
    for (auto const& [key, one] : objects_) {
        if (!key.starts_with(op.prefix) || (!op.after.empty() && key <= op.after)) continue;
        std::size_t const cut = op.delimiter.empty() ? std::string::npos : key.find(op.delimiter, op.prefix.size());
        if (cut == std::string::npos) found += key + " " + std::to_string(one.data.size()) + " " + one.etag + "\n";
        if (cut != std::string::npos) groups.insert(key.substr(0, cut + op.delimiter.size()));
    }
    for (std::string const& group : groups) found += "group " + group + "\n";
    return found;
}

reference::expected reference::expect_list(operation const& op) const {
    expected e;
    if (!is_whole_text(op.prefix)) e.must.push_back(errc::invalid_argument);
    bool const folder = op.prefix.empty() || op.prefix.ends_with('/');
    bool const plain = op.delimiter.empty() || op.delimiter == "/";
    if (can_.folder_listing && !(folder && plain)) e.must.push_back(errc::unsupported);
    if (!can_.ordered_listing && !op.after.empty()) e.must.push_back(errc::unsupported);
    e.text = listed(op);
    return e;
}

reference::expected reference::expect_removal(operation const& op) const {
    expected e;
    e.text = "0 failed";
    bool const all = is_key(op.key) && std::ranges::all_of(op.more, [&](std::string const& key) { return is_key(key); });
    if (!all) e.must.push_back(errc::invalid_argument);
    return e;
}

reference::expected reference::expect(operation const& op) const {
    expected e;
    switch (op.what) {
    case act::put:
    case act::stream: return expect_write(op.key, op.when, condition_etag(op));
    case act::copy: return expect_copy(op);
    case act::begin: return is_open(op.slot) ? e : expect_begin(op);
    case act::part:
    case act::abort: return e;
    case act::complete: return is_open(op.slot) ? expect_complete(*uploads_[op.slot]) : e;
    case act::head:
    case act::get:
    case act::read: return expect_read(op);
    case act::list: return expect_list(op);
    case act::remove: break;
    }
    return expect_removal(op);
}

/// Where a write of a key takes away the parts of all uploads of it.
void reference::take_parts_of(std::string const& key) {
    if (!can_.lone_uploads) return;
    for (std::optional<open_upload>& one : uploads_) {
        if (!one || one->key != key) continue;
        for (auto const& [number, data] : one->parts)
            if (!data.empty()) one->gone.insert(number);
    }
}

void reference::write(std::string const& key, std::string data, std::string etag) {
    take_parts_of(key);
    auto const there = objects_.find(key);
    if (there != objects_.end()) former_[key] = there->second.etag;
    objects_[key] = object{std::move(data), std::move(etag)};
}

void reference::apply(operation const& op, answer const& got) {
    std::optional<open_upload>& slot = uploads_[op.slot];
    switch (op.what) {
    case act::put:
    case act::stream: return write(op.key, data_of(op), got.etag);
    case act::copy: return write(op.other, std::string(objects_.at(op.key).data), got.etag);
    case act::begin:
        if (!slot) slot = open_upload{op.key, op.when, condition_etag(op), {}, {}};
        return;
    case act::part:
        if (!slot) return;
        slot->parts[op.number] = data_of(op);
        slot->gone.erase(op.number);
        return;
    case act::complete:
        if (slot) write(slot->key, joined(slot->parts), got.etag);
        return slot.reset();
    case act::abort: return slot.reset();
    case act::remove:
        for (std::string const& key : op.more)
            if (objects_.erase(key) > 0) take_parts_of(key);
        if (objects_.erase(op.key) > 0) take_parts_of(op.key);
        return;
    case act::head:
    case act::get:
    case act::read:
    case act::list: return;
    }
}

std::optional<std::string> reference::judge(operation const& op, answer const& got) {
    expected const e = expect(op);
    std::string const wanted = e.must.empty() ? "it must succeed" : "it must fail: " + std::string(to_string(e.must.front()));
    if (got.failed) {
        if (is_one_of(*got.failed, e.must) || is_one_of(*got.failed, e.may)) {
            bool const over = op.what == act::complete && *got.failed != errc::invalid_argument;
            if (over) uploads_[op.slot].reset();
            return std::nullopt;
        }
        return "failed: " + std::string(to_string(*got.failed)) + ", but " + wanted + " (" + got.why + ")";
    }
    if (!e.must.empty()) return "succeeded, but " + wanted;
    if (got.text != e.text) return "told " + shown(got.text) + "\n  but the map has " + shown(e.text);
    bool const untold = got.etag.empty() && got.text == " of 0";  // what S3 answers to a range of an empty object tells no ETag
    if (!e.etag.empty() && got.etag != e.etag && !untold) return "has ETag " + got.etag + ", not " + e.etag;
    apply(op, got);
    return std::nullopt;
}

}  // namespace sluice::model
