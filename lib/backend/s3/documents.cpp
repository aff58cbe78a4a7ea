// The XML documents of a bucket: listings and the outcome of batch removals.
#include "backend/s3/document.hpp"
#include "backend/s3/request.hpp"
#include "backend/s3/response.hpp"
#include "base/http_date.hpp"
#include "codec/xml.hpp"
#include "store/conditions.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::inline v0::s3 {

namespace {

using codec::xml_document, codec::xml_element;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

/// The elements of an entry that count; each the first of its name.
struct entry_parts {
    xml_element key, size, etag, modified, storage_class, owner;
};

entry_parts parts_of(xml_element const entry) noexcept {
    entry_parts parts;
    auto const take = [](xml_element& to, xml_element from) {
        if (!to) to = from;
    };
    for (xml_element e = entry.first_child(); e; e = e.next()) {
        std::string_view const name = e.name();
        if (name == "Key")
            take(parts.key, e);
        else if (name == "Size")
            take(parts.size, e);
        else if (name == "ETag")
            take(parts.etag, e);
        else if (name == "LastModified")
            take(parts.modified, e);
        else if (name == "StorageClass")
            take(parts.storage_class, e);
        else if (name == "Owner")
            take(parts.owner, e);
    }
    return parts;
}

/// Into `object`, where it stays: a listing is mostly this, and objects are large.
result<void> read_entry(object_meta& object, xml_element const entry, std::string_view const prefix, bool const encoded) {
    entry_parts const parts = parts_of(entry);
    auto key = name_under(prefix, parts.key, encoded);
    if (!key) return key.error();
    object.key = std::move(*key);
    std::string scratch;
    std::string_view const size = parts.size.text(scratch);
    auto const [end, error] = std::from_chars(size.data(), size.data() + size.size(), object.size);
    if (error != std::errc() || end != size.data() + size.size()) return broken("the listing has an object without a size");
    object.etag = parts.etag.text();
    if (!object.etag.starts_with('"')) object.etag = store::quoted_etag(object.etag);
    object.last_modified = base::parse_iso8601(parts.modified.text(scratch));
    if (parts.storage_class) object.storage_class = parts.storage_class.text();
    if (parts.owner) object.owner = parts.owner.text_of("ID");
    return {};
}

std::size_t count(xml_element const root, std::string_view const name) noexcept {
    std::size_t n = 0;
    for (xml_element e = root.first_child(); e; e = e.next()) n += e.name() == name;
    return n;
}

/// What a service has told of each key that was to be removed. It mostly answers in the order it was asked.
class told_keys {
    using places = std::unordered_multimap<std::string, std::size_t>;

public:
    explicit told_keys(std::span<removal const> asked) : asked_(asked), told_(asked.size()) {}

    void tell(std::string_view const key, std::string_view const version) {
        bool const in_order = next_ < asked_.size() && asked_[next_].key == key && asked_[next_].version == version;
        if (in_order)
            told_[next_++] = true;
        else
            for (auto [at, end] = places_of(key, version); at != end; ++at) told_[at->second] = true;
    }

    /// The first `n`, in the order they were asked.
    void tell_first(std::size_t const n) {
        std::fill_n(told_.begin(), n, true);
        next_ = n;
    }

    /// A key that was asked for twice needs to be told only once.
    bool has(std::size_t const i) {
        if (told_[i]) return true;
        auto const [first, end] = places_of(asked_[i].key, asked_[i].version);
        return std::any_of(first, end, [this](auto const& place) { return told_[place.second]; });
    }

private:
    auto places_of(std::string_view const key, std::string_view const version)
        -> std::pair<places::const_iterator, places::const_iterator> {
        if (places_.empty())
            for (std::size_t i = 0; i < asked_.size(); ++i) places_.emplace(name(asked_[i].key, asked_[i].version), i);
        return places_.equal_range(name(key, version));
    }

    /// One name of both; no key has a zero byte.
    static std::string name(std::string_view const key, std::string_view const version) {
        std::string both(key);
        if (!version.empty()) both.append(1, '\0').append(version);
        return both;
    }

    std::span<removal const> const asked_;
    std::vector<bool> told_;
    std::size_t next_ = 0;
    places places_;  // filled when they are needed
};

/// Whether that is all of a document in front of the first thing inside its root: nothing that could hide what follows.
bool opens_root(std::string_view text) noexcept {
    if (text.starts_with("<?xml ")) text.remove_prefix(std::min(text.find("?>"), text.size() - 2) + 2);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text.starts_with("<DeleteResult") && text.find('<', 1) == std::string_view::npos && text.ends_with('>') && !text.ends_with("/>");
}

/// Takes off the front what says of key after key, in the order they were asked, that it is gone and no more. Mostly that is all there is,
/// and to compare it is much cheaper than to read it. How many keys; `document` is what it would be without them.
std::size_t take_plain(std::string& document, std::span<removal const> const asked) {
    constexpr std::string_view begin = "<Deleted><Key>", end = "</Key></Deleted>";
    std::size_t const first = std::min(document.find(begin), document.size());
    if (!opens_root(std::string_view(document).substr(0, first))) return 0;
    std::string_view rest = std::string_view(document).substr(first);
    std::size_t n = 0;
    for (; n < asked.size(); ++n) {
        std::string_view const key = asked[n].key;
        std::string_view const told = rest.substr(0, begin.size() + key.size() + end.size());
        bool const plain = asked[n].version.empty() && key.find('&') == key.npos && key.find('<') == key.npos;
        if (!plain || !told.starts_with(begin) || !told.ends_with(end) || told.substr(begin.size(), key.size()) != key) break;
        rest.remove_prefix(told.size());
    }
    document.erase(first, document.size() - first - rest.size());
    return n;
}

}  // namespace

result<list_page> parse_list(std::string document, std::string_view const prefix) {
    result<xml_document> const parsed = parse_as(std::move(document), list_limit, "ListBucketResult");
    if (!parsed) return parsed.error();
    xml_element const root = parsed->root();
    bool const encoded = root.text_of("EncodingType") == "url";
    list_page page;
    page.objects.reserve(count(root, "Contents"));
    for (xml_element e = root.first_child(); e; e = e.next()) {
        if (e.name() == "Contents") {
            auto const read = read_entry(page.objects.emplace_back(), e, prefix, encoded);
            if (!read) return read.error();
        } else if (e.name() == "CommonPrefixes") {
            auto group = name_under(prefix, e.child("Prefix"), encoded);
            if (!group) return group.error();
            page.prefixes.push_back(std::move(*group));
        }
    }
    std::string const truncated = root.text_of("IsTruncated");
    if (truncated == "true") {
        page.next = root.text_of("NextContinuationToken");
        if (page.next.empty()) return broken("the listing says it goes on, but not where");
    } else if (truncated != "false") {
        return broken("the listing does not say whether it goes on");
    }
    return page;
}

result<remove_report> parse_delete_result(std::string document, std::span<removal const> const asked) {
    told_keys told(asked);
    if (document.size() <= delete_result_limit) told.tell_first(take_plain(document, asked));
    result<xml_document> const parsed = parse_as(std::move(document), delete_result_limit, "DeleteResult");
    if (!parsed) return parsed.error();
    remove_report report;
    bool const of_versions = std::ranges::any_of(asked, [](removal const& one) { return !one.version.empty(); });
    std::string key_scratch, version_scratch;
    for (xml_element e = parsed->root().first_child(); e; e = e.next()) {
        if (e.name() != "Deleted" && e.name() != "Error") continue;
        std::string_view const key = e.child("Key").text(key_scratch);
        std::string_view const version = of_versions ? e.child("VersionId").text(version_scratch) : std::string_view();
        told.tell(key, version);
        if (e.name() == "Deleted") continue;
        remove_report::failed_key failed;
        failed.key = key;
        failed.version = version;
        failed.code = e.text_of("Code");
        failed.message = e.text_of("Message").substr(0, 512);
        report.failed.push_back(std::move(failed));
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (told.has(i)) continue;
        remove_report::failed_key silent;
        silent.key = asked[i].key;
        silent.version = asked[i].version;
        silent.code = "NoAnswer";
        silent.message = "the service did not say what became of this key";
        report.failed.push_back(std::move(silent));
    }
    report.removed = asked.size() - std::min(asked.size(), report.failed.size());
    return report;
}

}  // namespace sluice::inline v0::s3
