#include "backend/s3/copy_recipes.hpp"

#include "backend/s3/multipart.hpp"
#include "base/percent.hpp"
#include "store/conditions.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

void add_source(recipe& to, copy_source const& from) {
    to.headers.add("x-amz-copy-source", from.name);
    if (!from.if_match.empty()) to.headers.add("x-amz-copy-source-if-match", from.if_match);
    add_customer_key(to.headers, "x-amz-copy-source-", from.key);
}

}  // namespace

copy_source source_of(std::string_view const bucket, object_meta const& object, head_options const& asked) {
    copy_source from;
    from.name = bucket;
    from.name += '/';
    base::percent_encode(from.name, object.key, true);
    if (!asked.version.empty()) {
        from.name += "?versionId=";
        base::percent_encode(from.name, asked.version, false);
    }
    if (store::strong_etag(object.etag)) from.if_match = store::quoted_etag(object.etag);
    from.key = asked.key;
    return from;
}

result<recipe> copy_recipe(object_key const& as, copy_source const& from, put_options options, bool const anew) {
    if (!anew) options.attributes = attributes();
    result<recipe> r = put_recipe(as, payload(), options, etag_form::quoted);
    if (!r) return r;
    r->headers.add("x-amz-metadata-directive", anew ? "REPLACE" : "COPY");
    if (!options.keeping.tags.empty()) r->headers.add("x-amz-tagging-directive", "REPLACE");
    add_source(*r, from);
    return r;
}

recipe part_copy_recipe(object_key const& as, std::string_view const upload_id, std::uint32_t const number, copy_source const& from,
                        resolved_range const range, customer_key const& kept_by) {
    recipe r = part_recipe(as, upload_id, number, payload(), kept_by);
    add_source(r, from);
    std::string const first = std::to_string(range.offset), last = std::to_string(range.offset + range.length - 1);
    r.headers.add("x-amz-copy-source-range", "bytes=" + first + '-' + last);
    return r;
}

std::uint64_t copy_part_size(std::uint64_t const size, std::uint64_t const wanted) noexcept {
    std::uint64_t const enough = size / max_parts + (size % max_parts != 0);
    return std::min(std::max({wanted, min_part, enough}), max_part);
}

}  // namespace sluice::inline v0::s3
