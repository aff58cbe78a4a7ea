#include "backend/s3/upload_listing.hpp"

#include "backend/s3/document.hpp"
#include "base/http_date.hpp"
#include "store/check.hpp"

#include <charconv>
#include <limits>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using codec::xml_document, codec::xml_element;

constexpr std::size_t longest_id = 1024;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

template <class Number>
bool read_number(std::string const& text, Number& into) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

result<open_upload> read_upload(xml_element const entry, std::string_view const prefix, bool const encoded) {
    auto key = name_under(prefix, entry.child("Key"), encoded);
    if (!key) return key.error();
    open_upload one;
    one.key = std::move(*key);
    one.id = entry.text_of("UploadId");
    if (one.id.empty() || one.id.size() > longest_id) return broken("the listing has an upload without an id");
    one.initiated = base::parse_iso8601(entry.text_of("Initiated"));
    return one;
}

}  // namespace

result<bool> goes_on(xml_element const root) {
    std::string const truncated = root.text_of("IsTruncated");
    if (truncated == "true") return true;
    if (truncated == "false") return false;
    return broken("the listing does not say whether it goes on");
}

result<recipe> list_uploads_recipe(std::string_view const prefix, listing_marker const& after, key_form const form) {
    if (auto const checked = store::check_listing_text(prefix, "the prefix"); !checked) return checked.error();
    recipe r;
    if (form == key_form::encoded) add_query(r.query, "encoding-type", "url");
    if (!after.key.empty()) add_query(r.query, "key-marker", after.key);
    add_query(r.query, "max-uploads", "1000");
    if (!prefix.empty()) add_query(r.query, "prefix", prefix);
    if (!after.key.empty() && !after.id.empty()) add_query(r.query, "upload-id-marker", after.id);
    add_query(r.query, "uploads", "");
    return r;
}

result<upload_page> parse_uploads(std::string document, std::string_view const prefix, key_form const asked) {
    result<xml_document> const parsed = parse_as(std::move(document), uploads_limit, "ListMultipartUploadsResult");
    if (!parsed) return parsed.error();
    xml_element const root = parsed->root();
    bool const encoded = root.text_of("EncodingType") == "url";
    upload_page page;
    if (asked == key_form::encoded && !encoded && root.child("Upload")) {
        page.unclear = true;
        return page;
    }
    for (xml_element e = root.first_child(); e; e = e.next()) {
        if (e.name() != "Upload") continue;
        auto one = read_upload(e, prefix, encoded);
        if (!one) return one.error();
        page.uploads.push_back(std::move(*one));
    }
    auto const more = goes_on(root);
    if (!more) return more.error();
    page.more = *more;
    if (!page.more) return page;
    auto key = name_of(root.child("NextKeyMarker"), encoded);
    if (!key) return key.error();
    if (key->empty()) return broken("the listing says it goes on, but not where");
    page.next.key = std::move(*key);
    page.next.id = root.text_of("NextUploadIdMarker");
    return page;
}

bool listing_progress::advances_to(listing_marker const& next) {
    if (next.key < key_) return false;
    if (next.key != key_) ids_.clear();
    key_ = next.key;
    return ids_.insert(next.id).second;
}

recipe list_parts_recipe(object_key const& key, std::string_view const upload_id, std::uint32_t const after) {
    recipe r;
    r.key = key;
    add_query(r.query, "max-parts", "1000");
    if (after != 0) add_query(r.query, "part-number-marker", std::to_string(after));
    add_query(r.query, "uploadId", upload_id);
    return r;
}

result<parts_page> parse_parts(std::string document, std::uint32_t const after) {
    result<xml_document> const parsed = parse_as(std::move(document), uploads_limit, "ListPartsResult");
    if (!parsed) return parsed.error();
    parts_page page;
    for (xml_element e = parsed->root().first_child(); e; e = e.next()) {
        if (e.name() != "Part") continue;
        std::uint64_t size = 0;
        bool const good = read_number(e.text_of("Size"), size) && size <= std::numeric_limits<std::uint64_t>::max() - page.size.bytes;
        if (!good) return broken("the listing has a part without a size");
        page.size.bytes += size;
        ++page.size.parts;
    }
    auto const more = goes_on(parsed->root());
    if (!more) return more.error();
    if (!*more) return page;
    bool const forward = read_number(parsed->root().text_of("NextPartNumberMarker"), page.next) && page.next > after;
    if (!forward) return broken("the listing of parts goes on, but not forward");
    return page;
}

}  // namespace sluice::inline v0::s3
