#include "backend/s3/aws_endpoint.hpp"

#include "auth/partition.hpp"
#include "http/fields.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// What AWS has besides buckets behind the same word, and would be asked for by other rules. Empty for a plain bucket.
std::string_view no_plain_bucket(std::string_view const name) noexcept {
    if (name.starts_with("arn:")) return "is an ARN: access points, Outposts and Object Lambda are not supported; name the bucket itself";
    if (name.ends_with("--x-s3")) return "is a directory bucket of S3 Express, which is not supported: it wants sessions of its own";
    if (name.ends_with("--xa-s3")) return "is an access point of S3 Express, which is not supported";
    if (name.ends_with("--op-s3")) return "is an access point of Outposts, which is not supported";
    if (name.ends_with(".mrap")) return "is a multi-region access point, which is not supported; name the bucket itself";
    return {};
}

/// Whether the bucket can be reached by transfer acceleration, which takes it in the host name, under one certificate for all.
result<void> check_accelerated(std::string_view const bucket, bucket_style const style, auth::partition const& in,
                               std::string const& region) {
    if (!in.s3_acceleration) return refused("the region " + region + " has no transfer acceleration; leave s3_settings::accelerate off");
    if (style == bucket_style::path)
        return refused("transfer acceleration takes the bucket in the host name only: s3_settings::accelerate excludes bucket_style::path");
    if (bucket.find('.') == std::string_view::npos && fits_host_name(bucket)) return {};
    return refused("transfer acceleration takes the bucket in the host name, where \"" + std::string(bucket) +
                   "\" cannot stand: no dots, and 3 to 63 of a-z, 0-9 and '-'; leave s3_settings::accelerate off");
}

}  // namespace

bool fits_host_name(std::string_view const bucket) noexcept {
    auto const ends = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    auto const fits = [ends](char c) { return ends(c) || c == '-' || c == '.'; };
    return bucket.size() >= 3 && bucket.size() <= 63 && std::ranges::all_of(bucket, fits) && ends(bucket.front()) && ends(bucket.back()) &&
           bucket.find("..") == std::string_view::npos;
}

result<aws_endpoint> find_aws_endpoint(s3_settings const& settings, std::string_view const bucket, std::string_view const region) {
    if (auto const why = no_plain_bucket(bucket); !why.empty()) return refused('"' + std::string(bucket) + "\" " + std::string(why));
    auth::region_meant const meant = auth::meant_by(region);
    auth::partition const& in = auth::partition_of(meant.name);
    bool const fips = settings.fips || meant.fips;
    if (fips && settings.accelerate) return refused("transfer acceleration has no FIPS endpoints: ask for one of both");
    if (fips && !in.s3_fips) return refused("the region " + meant.name + " has no FIPS endpoints for S3");

    aws_endpoint found;
    found.region = meant.name;
    found.accelerated = settings.accelerate && !bucket.empty();
    if (found.accelerated) {
        if (auto const checked = check_accelerated(bucket, settings.style, in, meant.name); !checked) return checked.error();
    }
    found.host = found.accelerated ? "s3-accelerate" : fips ? "s3-fips" : "s3";
    if (settings.dual_stack) found.host += ".dualstack";
    if (!found.accelerated) found.host += '.' + meant.name;
    found.host += '.';
    found.host += in.suffix;
    return found;
}

result<void> check_own_endpoint(s3_settings const& settings, std::string_view const host) {
    std::string const end = ", and an endpoint is set: leave out one of both";
    if (settings.fips) return refused("FIPS chooses among AWS's own endpoints" + end);
    if (settings.dual_stack) return refused("dual stack chooses among AWS's own endpoints" + end);
    if (settings.accelerate) return refused("transfer acceleration has an endpoint of its own" + end);
    for (std::string_view const accelerated : {"s3-accelerate.amazonaws.com", "s3-accelerate.dualstack.amazonaws.com"})
        if (http::equal_ignoring_case(host, accelerated))
            return refused("the endpoint is the one of transfer acceleration: leave it out, and set s3_settings::accelerate");
    return {};
}

}  // namespace sluice::inline v0::s3
