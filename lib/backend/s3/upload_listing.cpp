#include "backend/s3/upload_listing.hpp"

#include "base/http_date.hpp"

#include <charconv>
#include <limits>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using codec::xml_element;

constexpr std::size_t longest_id = 1024;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

template <class Number>
bool read_number(std::string const& text, Number& into) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

result<open_upload> upload_listing::read(xml_element const entry, std::string_view const prefix, bool const encoded) {
    auto key = name_under(prefix, entry.child("Key"), encoded);
    if (!key) return key.error();
    open_upload one;
    one.key = std::move(*key);
    one.id = entry.text_of("UploadId");
    if (one.id.empty() || one.id.size() > longest_id) return broken("the listing has an upload without an id");
    one.initiated = base::parse_iso8601(entry.text_of("Initiated"));
    return one;
}

recipe list_parts_recipe(object_key const& key, std::string_view const upload_id, std::uint32_t const after) {
    recipe r;
    r.key = key;
    cloud::add_query(r.query, "max-parts", "1000");
    if (after != 0) cloud::add_query(r.query, "part-number-marker", std::to_string(after));
    cloud::add_query(r.query, "uploadId", upload_id);
    return r;
}

result<parts_page> parse_parts(std::string document, std::uint32_t const after) {
    auto const parsed = parse_as(std::move(document), marked_page_limit, "ListPartsResult");
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
