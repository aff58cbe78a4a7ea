#include "backend/s3/marked_listing.hpp"

#include "store/check.hpp"

namespace sluice::inline v0::s3 {

bool listing_progress::advances_to(listing_marker const& next) {
    if (!ordered_) return ids_.insert(next.key + '\0' + next.id).second;
    if (next.key < key_) return false;
    if (next.key != key_) ids_.clear();
    key_ = next.key;
    return ids_.insert(next.id).second;
}

result<bool> goes_on(codec::xml_element const root) {
    std::string const truncated = root.text_of("IsTruncated");
    if (truncated == "true") return true;
    if (truncated == "false") return false;
    return failure(errc::protocol, "the listing does not say whether it goes on");
}

result<listing_marker> next_of(codec::xml_element const root, std::string_view const next_id, bool const encoded) {
    auto const more = goes_on(root);
    if (!more) return more.error();
    listing_marker next;
    if (!*more) return next;
    auto key = name_of(root.child("NextKeyMarker"), encoded);
    if (!key) return key.error();
    if (key->empty()) return failure(errc::protocol, "the listing says it goes on, but not where");
    next.key = std::move(*key);
    next.id = root.text_of(next_id);
    return next;
}

result<recipe> marked_recipe(std::string_view const query, std::string_view const limit, std::string_view const id_marker,
                             std::string_view const prefix, listing_marker const& after, key_form const form) {
    if (auto const checked = store::check_listing_text(prefix, "the prefix"); !checked) return checked.error();
    recipe r;
    if (form == key_form::encoded) cloud::add_query(r.query, "encoding-type", "url");
    if (!after.key.empty()) cloud::add_query(r.query, "key-marker", after.key);
    cloud::add_query(r.query, limit, "1000");
    if (!prefix.empty()) cloud::add_query(r.query, "prefix", prefix);
    if (!after.key.empty() && !after.id.empty()) cloud::add_query(r.query, id_marker, after.id);
    cloud::add_query(r.query, query, "");
    return r;
}

}  // namespace sluice::inline v0::s3
