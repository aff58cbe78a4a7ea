#include "backend/s3/bucket.hpp"

#include "backend/s3/checksums.hpp"
#include "backend/s3/directory.hpp"
#include "backend/s3/document.hpp"
#include "base/checksum.hpp"
#include "base/hash.hpp"
#include "base/http_date.hpp"
#include "codec/xml.hpp"

#include <span>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::string_view oldest_region = "us-east-1";  // which has no name as a constraint

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

std::string crc32_text(std::span<std::byte const> const bytes) {
    base::checksum_stream sum(checksum_algorithm::crc32);
    sum.update(bytes);
    return sum.finish();
}

}  // namespace

recipe with_document(std::string_view const method, std::string_view const query, std::string const& document,
                     document_digest const digest) {
    recipe r;
    r.method = method;
    r.query = query;
    r.headers.add("Content-Type", "application/xml");
    auto const bytes = std::as_bytes(std::span<char const>(document));
    if (digest == document_digest::md5)
        r.headers.add("Content-MD5", base::base64_encode(base::md5(bytes)));
    else
        r.headers.add(checksum_header(checksum_algorithm::crc32), crc32_text(bytes));
    r.payload_hash = base::hex(base::sha256(document));
    r.body = payload(document);
    return r;
}

result<recipe> create_recipe(std::string_view const bucket, place const& where, create_bucket_options const& options) {
    if (is_directory_bucket(bucket)) return create_directory_recipe(bucket, options.location, options.object_lock);
    if (auto const checked = check_new_bucket(bucket, where.on_aws); !checked) return checked.error();
    std::string location = options.location;
    if (location.empty() && where.on_aws) location = where.region;
    if (where.on_aws && location == oldest_region) location.clear();
    recipe r;
    r.method = "PUT";
    if (!location.empty()) {
        std::string document = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>";
        codec::xml_escape(document, location);
        document += "</LocationConstraint></CreateBucketConfiguration>";
        r = with_document("PUT", {}, document);
    }
    if (options.object_lock) r.headers.add("x-amz-bucket-object-lock-enabled", "true");
    return r;
}

result<recipe> versioning_recipe(bucket_versioning const wanted) {
    if (wanted == bucket_versioning::never)
        return failure(errc::invalid_argument, "a bucket that kept versions can only suspend that, never go back");
    std::string const status = wanted == bucket_versioning::enabled ? "Enabled" : "Suspended";
    return with_document("PUT", "versioning=",
                         "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>" + status +
                             "</Status></VersioningConfiguration>");
}

result<buckets_page> parse_buckets(std::string document) {
    auto const parsed = parse_as(std::move(document), buckets_limit, "ListAllMyBucketsResult");
    if (!parsed) return parsed.error();
    buckets_page page;
    for (codec::xml_element e = parsed->root().child("Buckets").first_child(); e; e = e.next()) {
        if (e.name() != "Bucket") continue;
        listed_bucket one;
        one.name = e.text_of("Name");
        if (one.name.empty()) return broken("the list has a bucket without a name");
        one.region = e.text_of("BucketRegion");
        one.created = base::parse_iso8601(e.text_of("CreationDate"));
        page.buckets.push_back(std::move(one));
    }
    page.next = parsed->root().text_of("ContinuationToken");
    return page;
}

result<std::string> parse_location(std::string document) {
    auto const parsed = parse_as(std::move(document), buckets_limit, "LocationConstraint");
    if (!parsed) return parsed.error();
    std::string region = parsed->root().text();
    if (region.empty()) return std::string(oldest_region);
    if (region == "EU") return std::string("eu-west-1");  // of buckets made before it had a name
    if (region.size() > 255) return broken("the answer has a location that is none");
    return region;
}

result<bucket_versioning> parse_versioning(std::string document) {
    auto const parsed = parse_as(std::move(document), buckets_limit, "VersioningConfiguration");
    if (!parsed) return parsed.error();
    std::string const status = parsed->root().text_of("Status");
    if (status == "Enabled") return bucket_versioning::enabled;
    if (status == "Suspended") return bucket_versioning::suspended;
    if (!status.empty()) return broken("the answer has a versioning status that is none");
    return bucket_versioning::never;
}

}  // namespace sluice::inline v0::s3
