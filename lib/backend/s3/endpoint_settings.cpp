#include "backend/s3/endpoint_settings.hpp"

#include "http/fields.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// A value, and where it stands.
struct said {
    std::string value, where;
};

/// The variable or, where it is not set, the setting of the profile.
said first_said(auth::surroundings const& around, auth::profile const& profile, char const* const variable, char const* const setting) {
    std::string value = around.variable(variable);
    if (!value.empty()) return {std::move(value), variable};
    return {auth::setting_of(profile.settings, setting), setting + std::string(" of the profile")};
}

/// The setting that stands below "s3 =".
said of_s3(auth::profile const& profile, char const* const setting) {
    return {auth::setting_of(profile.settings, auth::nested("s3", setting)), setting + std::string(" of the profile's s3")};
}

/// Letter case does not matter, as in AWS's tools. What is neither is not taken for false: who asks for FIPS in his own words means it.
result<bool> flag(said const& text) {
    if (text.value.empty() || http::equal_ignoring_case(text.value, "false")) return false;
    if (http::equal_ignoring_case(text.value, "true")) return true;
    return refused(text.where + " is neither true nor false");
}

result<void> set(bool& into, said const& text) {
    auto const read = flag(text);
    if (!read) return read.error();
    into = *read;
    return {};
}

result<bucket_style> style_of(said const& text) {
    if (text.value.empty() || http::equal_ignoring_case(text.value, "auto")) return bucket_style::automatic;
    if (http::equal_ignoring_case(text.value, "path")) return bucket_style::path;
    if (http::equal_ignoring_case(text.value, "virtual")) return bucket_style::virtual_host;
    return refused(text.where + " is none of auto, path and virtual");
}

/// In the order that AWS documents (docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
result<std::string> url_of(auth::surroundings const& around, auth::profile const& profile) {
    for (char const* const name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})
        if (std::string url = around.variable(name); !url.empty()) return url;
    if (profile.lacks_services)  // requests must not go to AWS for a slip of the pen
        return refused("the profile names the services \"" + auth::setting_of(profile.settings, "services") +
                       "\", and the AWS config file has no such section");
    std::string url = auth::setting_of(profile.services, auth::nested("s3", "endpoint_url"));
    return url.empty() ? profile.endpoint_url : url;
}

}  // namespace

result<endpoint_settings> read_endpoint_settings(auth::surroundings const& around, auth::profile const& profile) {
    endpoint_settings read;
    auto done = set(read.fips, first_said(around, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
    said const dual_stack = first_said(around, profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    if (done) done = set(read.hosts.dual_stack, dual_stack);
    if (done) done = set(read.dual_stack, dual_stack.value.empty() ? of_s3(profile, "use_dualstack_endpoint") : dual_stack);
    if (done) done = set(read.accelerate, of_s3(profile, "use_accelerate_endpoint"));
    said const ignore = first_said(around, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    if (done) done = set(read.ignore_urls, ignore);
    if (!done) return done.error();
    read.hosts.fips = read.fips;
    auto const style = style_of(of_s3(profile, "addressing_style"));
    if (!style) return style.error();
    read.style = *style;
    if (read.ignore_urls) return read;
    auto url = url_of(around, profile);
    if (!url) return url.error();
    read.url = *std::move(url);
    return read;
}

}  // namespace sluice::inline v0::s3
