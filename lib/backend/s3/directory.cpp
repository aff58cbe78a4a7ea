#include "backend/s3/directory.hpp"

#include "backend/s3/aws_endpoint.hpp"
#include "backend/s3/bucket.hpp"

#include <algorithm>
#include <string>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::string_view ending = "--x-s3";

failure unsupported(std::string_view what) { return {errc::unsupported, "a directory bucket (S3 Express One Zone) " + std::string(what)}; }

/// Zones of AWS's regions are like "use1-az4", local ones like "usw2-lax1-az1".
bool is_local_zone(std::string_view const zone) noexcept { return std::ranges::count(zone, '-') > 1; }

}  // namespace

bool is_directory_bucket(std::string_view const bucket) noexcept { return bucket.ends_with(ending); }

std::string_view zone_of(std::string_view bucket) noexcept {
    if (!is_directory_bucket(bucket)) return {};
    bucket.remove_suffix(ending.size());
    std::size_t const at = bucket.rfind("--");
    return at == std::string_view::npos || at == 0 ? std::string_view() : bucket.substr(at + 2);
}

failure no_directory_has(std::string_view const what) { return unsupported("has no " + std::string(what)); }

result<void> check_directory_reading(std::string_view const version, customer_key const& key) {
    if (!version.empty()) return no_directory_has("versions");
    if (!key.secret.empty()) return no_directory_has("encryption under customers' keys");
    return {};
}

result<void> check_directory_prefix(std::string_view const prefix) {
    if (prefix.empty() || prefix.ends_with('/')) return {};
    return unsupported("is listed by folders: the prefix is empty or ends with \"/\"");
}

result<void> check_directory_listing(std::string_view const prefix, list_options const& options) {
    if (auto const checked = check_directory_prefix(prefix); !checked) return checked;
    if (!options.delimiter.empty() && options.delimiter != "/") return unsupported("has \"/\" as its only delimiter");
    if (!options.start_after.empty()) return unsupported("is listed in no order, so not from a key on (start_after)");
    return {};
}

result<recipe> create_directory_recipe(std::string_view const bucket, std::string_view const location, bool const object_lock) {
    std::string_view const zone = zone_of(bucket);
    if (zone.empty() || !fits_host_name(bucket) || bucket.find('.') != std::string_view::npos)
        return failure(errc::invalid_argument, "the name of a directory bucket, \"" + std::string(bucket.substr(0, 80)) +
                                                   "\", must be like base--use1-az4--x-s3: 3 to 63 of a-z, 0-9 and '-'");
    if (!location.empty()) return unsupported("lies in the zone that its name tells, and takes no other location");
    if (object_lock) return no_directory_has("object lock");
    std::string const kind = is_local_zone(zone) ? "LocalZone" : "AvailabilityZone";
    std::string const document = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Location><Name>" +
                                 std::string(zone) + "</Name><Type>" + kind + "</Type></Location><Bucket><DataRedundancy>Single" + kind +
                                 "</DataRedundancy><Type>Directory</Type></Bucket></CreateBucketConfiguration>";
    return with_document("PUT", {}, document, document_digest::crc32);
}

}  // namespace sluice::inline v0::s3
