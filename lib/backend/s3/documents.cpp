// The XML documents of a bucket: listings and the outcome of batch removals.
#include "backend/s3/document.hpp"
#include "backend/s3/request.hpp"
#include "backend/s3/response.hpp"
#include "base/http_date.hpp"
#include "codec/xml.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <utility>

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
    if (!object.etag.starts_with('"')) object.etag = quoted_etag(object.etag);
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

/// One name of both; no key has a zero byte.
std::string removal_name(std::string key, std::string const& version) {
    if (!version.empty()) key.append(1, '\0').append(version);
    return key;
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
    result<xml_document> const parsed = parse_as(std::move(document), delete_result_limit, "DeleteResult");
    if (!parsed) return parsed.error();
    remove_report report;
    std::unordered_set<std::string> told;
    bool const of_versions = std::ranges::any_of(asked, [](removal const& one) { return !one.version.empty(); });
    for (xml_element e = parsed->root().first_child(); e; e = e.next()) {
        std::string const version = of_versions ? e.text_of("VersionId") : std::string();
        if (e.name() == "Deleted") told.insert(removal_name(e.text_of("Key"), version));
        if (e.name() != "Error") continue;
        remove_report::failed_key failed;
        failed.key = e.text_of("Key");
        failed.version = version;
        failed.code = e.text_of("Code");
        failed.message = e.text_of("Message").substr(0, 512);
        told.insert(removal_name(failed.key, version));
        report.failed.push_back(std::move(failed));
    }
    for (removal const& one : asked) {
        if (told.contains(removal_name(one.key, one.version))) continue;
        remove_report::failed_key silent;
        silent.key = one.key;
        silent.version = one.version;
        silent.code = "NoAnswer";
        silent.message = "the service did not say what became of this key";
        report.failed.push_back(std::move(silent));
    }
    report.removed = asked.size() - std::min(asked.size(), report.failed.size());
    return report;
}

}  // namespace sluice::inline v0::s3
