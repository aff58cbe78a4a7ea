#include "backend/s3/versions.hpp"
#include "base/http_date.hpp"
#include "store/conditions.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

}  // namespace

result<object_version> version_listing::read(codec::xml_element const entry, std::string_view const prefix, bool const encoded) {
    auto key = name_under(prefix, entry.child("Key"), encoded);
    if (!key) return key.error();
    object_version one;
    one.key = std::move(*key);
    one.version = entry.text_of("VersionId");
    if (one.version.empty()) return broken("the listing has a version without an id");
    one.latest = entry.text_of("IsLatest") == "true";
    one.removed = entry.name() == "DeleteMarker";
    one.last_modified = base::parse_iso8601(entry.text_of("LastModified"));
    if (one.removed) return one;
    std::string const size = entry.text_of("Size");
    auto const [end, error] = std::from_chars(size.data(), size.data() + size.size(), one.size);
    if (error != std::errc() || end != size.data() + size.size()) return broken("the listing has a version without a size");
    one.etag = store::quoted_etag(entry.text_of("ETag"));
    return one;
}

}  // namespace sluice::inline v0::s3
