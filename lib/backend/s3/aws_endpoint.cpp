#include "backend/s3/aws_endpoint.hpp"

#include "auth/partition.hpp"
#include "backend/s3/directory.hpp"
#include "http/fields.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// What AWS has besides buckets behind the same word, and would be asked for by other rules. Empty for a plain bucket.
std::string_view no_plain_bucket(std::string_view const name) noexcept {
    if (name.starts_with("arn:")) return "is an ARN: access points, Outposts and Object Lambda are not supported; name the bucket itself";
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

/// What is known before it is known what for.
struct wished {
    auth::region_meant meant;
    auth::partition const* in = nullptr;
    bool fips = false;
};

result<wished> wish_of(s3_settings const& settings, std::string_view const region) {
    wished w;
    w.meant = auth::meant_by(region);
    if (w.meant.name.empty()) return refused("the region " + std::string(region) + " names none");
    w.in = &auth::partition_of(w.meant.name);
    w.fips = settings.fips || w.meant.fips;
    if (w.fips && settings.accelerate) return refused("transfer acceleration has no FIPS endpoints: ask for one of both");
    if (w.fips && !w.in->s3_fips) return refused("the region " + w.meant.name + " has no FIPS endpoints for S3");
    return w;
}

/// `begin`, and what follows it in every host: "s3-fips" becomes "s3-fips.dualstack.us-east-1.amazonaws.com".
aws_endpoint endpoint_in(wished const& w, bool const dual_stack, std::string begin) {
    aws_endpoint found;
    found.region = w.meant.name;
    found.host = std::move(begin);
    if (dual_stack) found.host += ".dualstack";
    found.host.append(".").append(w.meant.name).append(".").append(w.in->suffix);
    return found;
}

failure no_fast_directories() { return refused("directory buckets have no transfer acceleration; leave s3_settings::accelerate off"); }

result<aws_endpoint> find_zone_endpoint(s3_settings const& settings, wished const& w, std::string_view const bucket) {
    std::string_view const zone = zone_of(bucket);
    bool const fits = !zone.empty() && fits_host_name(bucket) && bucket.find('.') == std::string_view::npos;
    if (settings.accelerate) return no_fast_directories();
    if (!fits)
        return refused('"' + std::string(bucket) +
                       "\" is no name of a directory bucket: base--use1-az4--x-s3, of 3 to 63 of a-z, 0-9 and '-'");
    aws_endpoint found = endpoint_in(w, settings.dual_stack, (w.fips ? "s3express-fips-" : "s3express-") + std::string(zone));
    found.host_only = true;
    return found;
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
    auto const w = wish_of(settings, region);
    if (!w) return w.error();
    if (is_directory_bucket(bucket)) return find_zone_endpoint(settings, *w, bucket);
    bool const accelerated = settings.accelerate && !bucket.empty();
    if (!accelerated) return endpoint_in(*w, settings.dual_stack, w->fips ? "s3-fips" : "s3");
    if (auto const checked = check_accelerated(bucket, settings.style, *w->in, w->meant.name); !checked) return checked.error();
    aws_endpoint found;
    found.region = w->meant.name;
    found.host_only = true;
    found.host = settings.dual_stack ? "s3-accelerate.dualstack." : "s3-accelerate.";
    found.host += w->in->suffix;
    return found;
}

result<aws_endpoint> find_control_endpoint(s3_settings const& settings, std::string_view const region) {
    if (settings.accelerate) return no_fast_directories();
    auto const w = wish_of(settings, region);
    if (!w) return w.error();
    return endpoint_in(*w, settings.dual_stack, w->fips ? "s3express-control-fips" : "s3express-control");
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
