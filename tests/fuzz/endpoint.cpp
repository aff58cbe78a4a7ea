// Endpoints: what is read is what is written again; where two readers of the tree take an address, they take the same one; and no name of a
// bucket or region gets anything else into a host or a path.
#include "input.hpp"

#include "auth/partition.hpp"
#include "auth/web_address.hpp"
#include "backend/s3/endpoint.hpp"

using namespace sluice;

namespace {

bool is_sound_host(std::string_view const text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("/?#@\\%").find(c) == std::string_view::npos;
    });
}

void read_and_write(std::string const& url) {
    auto const to = cloud::parse_endpoint(url);
    auto const address = auth::parse_web_address(url, "it");
    if (to) {
        fuzz::must(is_sound_host(to->host) && to->port != 0, "a host and a port");
        auto const again = cloud::parse_endpoint((to->tls ? "https://" : "http://") + to->authority() + to->path);
        fuzz::must(again && again->host == to->host && again->port == to->port && again->tls == to->tls && again->path == to->path,
                   "the same again");
    }
    if (address) {
        fuzz::must(is_sound_host(address->host) && address->port != 0 && address->target.starts_with('/'), "a host, a port and a target");
        auto const again = auth::parse_web_address((address->tls ? "https://" : "http://") + address->authority() + address->target, "it");
        fuzz::must(again && again->host == address->host && again->port == address->port && again->target == address->target,
                   "the same again");
    }
    if (to && address) fuzz::must(to->host == address->host && to->port == address->port && to->tls == address->tls, "two readers agree");
    fuzz::must(to || (to.error().reason() == errc::invalid_argument && to.error().info().detail.size() < 200), "a short error");
    fuzz::must(address || (address.error().reason() == errc::invalid_argument && address.error().info().detail.size() < 200),
               "a short error");
}

}  // namespace

void fuzz::run(input in) {
    s3_settings settings;
    settings.style = static_cast<bucket_style>(in.number(2));
    std::uint64_t const kind = in.number(15);
    settings.fips = kind & 1;
    settings.dual_stack = kind & 2;
    settings.accelerate = kind & 4;
    settings.bucket = in.line();
    std::string const region(in.line());
    std::string const url(in.line());
    read_and_write(url);
    if (kind & 8) settings.endpoint = url;
    auto const where = s3::make_place(settings, region, nullptr);
    if (!where) return must(where.error().reason() == errc::invalid_argument, "an invalid argument");
    must(is_sound_host(where->host) && is_sound_host(where->origin.host), "nothing but a host");
    must(where->path.starts_with('/') && where->path.ends_with('/') && where->path.find_first_of(" ?#\r\n") == where->path.npos, "a path");
    must(s3::valid_region(where->region), "a region");
    must(!where->on_aws || where->host.ends_with('.' + std::string(auth::partition_of(where->region).suffix)), "a host of AWS");
}
