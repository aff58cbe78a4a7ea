#include "backend/s3/endpoint.hpp"

#include "backend/s3/aws_endpoint.hpp"
#include "backend/s3/directory.hpp"
#include "base/percent.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

bool is_digit(char const c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char const c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_letter(char const c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool valid_bucket(std::string_view const name) noexcept {
    auto const fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == ':'; };
    return !name.empty() && name.size() <= 255 && name != "." && name != ".." && std::ranges::all_of(name, fits);
}

failure bad_region() { return refused("a region has a-z, 0-9 and '-' only, at most 40 of them"); }

/// Where requests go, before the bucket is taken into account.
struct service {
    cloud::endpoint to;
    std::string region;
    bool host_only = false;
};

service of_aws(aws_endpoint aws) {
    service found;
    found.to.tls = true;
    found.to.host = std::move(aws.host);
    found.to.port = 443;
    found.region = std::move(aws.region);
    found.host_only = aws.host_only;
    return found;
}

/// An empty bucket is for what concerns none.
result<service> service_of(s3_settings const& settings, std::string_view const bucket, std::string_view const region) {
    if (!valid_region(region)) return bad_region();
    service found;
    found.region = region;
    if (!settings.endpoint.empty()) {
        auto own = cloud::parse_endpoint(settings.endpoint);
        if (!own) return own.error();
        if (auto const checked = check_own_endpoint(settings, own->host); !checked) return checked.error();
        found.to = *std::move(own);
        return found;
    }
    auto aws = find_aws_endpoint(settings, bucket, region);
    if (!aws) return aws.error();
    return of_aws(*std::move(aws));
}

/// Without the bucket.
place bare_place(s3_settings const& settings, service const& s, std::shared_ptr<net::tls_context const> tls) {
    place p;
    p.region = s.region;
    p.on_aws = settings.endpoint.empty();
    p.host = s.to.authority();
    p.origin.host = s.to.host;
    p.origin.port = s.to.port;
    if (s.to.tls) p.origin.tls = std::move(tls);
    p.path = s.to.path + '/';
    return p;
}

void add_bucket(place& to, std::string_view const bucket) {
    base::percent_encode(to.path, bucket, false);
    to.path += '/';
}

/// Whether the bucket goes into the host name.
result<bool> in_host_name(s3_settings const& settings, service const& s) {
    if (s.host_only) return true;
    if (settings.style == bucket_style::path) return false;
    bool const possible = fits_host_name(settings.bucket) && !s.to.is_address();
    if (settings.style == bucket_style::virtual_host) {
        if (possible) return true;
        return refused("the bucket \"" + settings.bucket + "\" cannot stand before the host \"" + s.to.host + "\"; use bucket_style::path");
    }
    if (is_directory_bucket(settings.bucket)) return possible;  // as AWS has them, also at an endpoint that was set
    bool const dot_over_tls = s.to.tls && settings.bucket.find('.') != std::string::npos;  // no wildcard certificate covers it
    return settings.endpoint.empty() && possible && !dot_over_tls;
}

}  // namespace

bool valid_region(std::string_view const text) noexcept {
    auto const fits = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, fits);
}

result<place> make_place(s3_settings const& settings, std::string_view const region, std::shared_ptr<net::tls_context const> tls) {
    if (!valid_bucket(settings.bucket)) return refused("the bucket name has letters, digits, '-', '.' and '_' only, and is not empty");
    auto const s = service_of(settings, settings.bucket, region);
    if (!s) return s.error();
    auto const before_host = in_host_name(settings, *s);
    if (!before_host) return before_host.error();

    place p = bare_place(settings, *s, std::move(tls));
    if (*before_host) {
        p.host = s->to.authority(settings.bucket + '.');
        if (!s->to.is_localhost()) p.origin.host = settings.bucket + '.' + s->to.host;
    } else {
        add_bucket(p, settings.bucket);
    }
    return p;
}

result<place> make_service_place(s3_settings const& settings, std::string_view const region, std::shared_ptr<net::tls_context const> tls) {
    auto const s = service_of(settings, {}, region);
    if (!s) return s.error();
    return bare_place(settings, *s, std::move(tls));
}

result<place> make_control_place(s3_settings const& settings, std::string_view const region, std::shared_ptr<net::tls_context const> tls) {
    if (!settings.endpoint.empty()) return make_place(settings, region, std::move(tls));
    if (!valid_region(region)) return bad_region();
    auto aws = find_control_endpoint(settings, region);
    if (!aws) return aws.error();
    place p = bare_place(settings, of_aws(*std::move(aws)), std::move(tls));
    add_bucket(p, settings.bucket);
    return p;
}

result<void> check_new_bucket(std::string_view const name, bool const on_aws) {
    std::string const begin = "the bucket name \"" + std::string(name.substr(0, 80)) + "\" ";
    if (!on_aws) {
        if (name.size() >= 3) return {};
        return refused(begin + "is shorter than 3 characters");
    }
    if (!fits_host_name(name))
        return refused(begin +
                       "must have 3 to 63 of a-z, 0-9, '-' and '.', begin and end with a letter or digit, and no two dots in a row");
    bool const four_numbers =
        std::ranges::count(name, '.') == 3 && std::ranges::none_of(name, [](char c) { return is_lower(c) || c == '-'; });
    if (four_numbers) return refused(begin + "looks like an address");
    for (std::string_view const kept : {"xn--", "sthree-", "amzn-s3-demo-"})
        if (name.starts_with(kept)) return refused(begin + "begins with \"" + std::string(kept) + "\", which AWS keeps for itself");
    for (std::string_view const kept : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"})
        if (name.ends_with(kept)) return refused(begin + "ends with \"" + std::string(kept) + "\", which AWS keeps for itself");
    return {};
}

result<bool> wants_tls(s3_settings const& settings) {
    if (settings.endpoint.empty()) return true;  // AWS's are all https
    auto const to = cloud::parse_endpoint(settings.endpoint);
    if (!to) return to.error();
    return to->tls;
}

}  // namespace sluice::inline v0::s3
