#include "net/route.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/percent.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <charconv>
#include <span>

#include <net/if.h>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

namespace {

failure refused(std::string_view setting, std::string_view what) {
    return {errc::invalid_argument, std::string(setting) + ' ' + std::string(what)};
}

bool fits_host(char const c) noexcept {
    char const l = base::lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// Asio's own reader stops at a null character, and takes whatever stands behind a '%'.
std::optional<asio::ip::address> address_of(std::string_view text) {
    if (!std::ranges::all_of(text, [](char c) { return fits_host(c) || c == ':' || c == '%'; })) return std::nullopt;
    boost::system::error_code none;
    asio::ip::address const found = asio::ip::make_address(std::string(text), none);
    return none ? std::nullopt : std::optional(found);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// "host", "host:port", "[v6]", "[v6]:port" or a bare "v6"; `port` is empty where none is said. Nothing: malformed.
struct place {
    std::string_view host, port;
    bool bracketed = false;
};
std::optional<place> split(std::string_view text) {
    place p;
    if (text.starts_with('[')) {
        std::size_t const end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        p.bracketed = true;
        p.host = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if (text.empty()) return p;
        if (text.front() != ':') return std::nullopt;
        p.port = text.substr(1);
        return p.port.empty() ? std::nullopt : std::optional(p);
    }
    std::size_t const colon = text.find(':');
    bool const one = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    p.host = one ? text.substr(0, colon) : text;
    if (!one) return p;
    p.port = text.substr(colon + 1);
    return p.port.empty() ? std::nullopt : std::optional(p);
}

/// "user:password" as Basic has it. Nothing: not to be had in that form.
std::optional<std::string> basic(std::string_view user_info) {
    std::size_t const colon = user_info.find(':');
    auto const user = base::percent_decode(user_info.substr(0, colon));
    auto const password = base::percent_decode(colon == std::string_view::npos ? std::string_view() : user_info.substr(colon + 1));
    if (!user || !password || user->find(':') != std::string::npos) return std::nullopt;
    std::string const both = *user + ':' + *password;
    if (std::ranges::any_of(both, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; })) return std::nullopt;
    return "Basic " + base::base64_encode(std::as_bytes(std::span(both)));
}

bool in_network(std::string_view const network, asio::ip::address const& host) {
    boost::system::error_code none;
    if (host.is_v4()) {
        auto const all = asio::ip::make_network_v4(std::string(network), none);
        if (none) return false;
        return (host.to_v4().to_uint() & all.netmask().to_uint()) == all.network().to_uint();
    }
    auto const all = asio::ip::make_network_v6(std::string(network), none);
    if (none) return false;
    auto const alone = asio::ip::make_network_v6(host.to_v6(), all.prefix_length());
    return alone.network() == all.network();
}

std::string_view without_end_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

bool is_below(std::string_view const host, std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    name = without_end_dot(name);
    if (name.empty() || name.size() > host.size() || !base::equal_ignoring_case(host.substr(host.size() - name.size()), name)) return false;
    return name.size() == host.size() || host[host.size() - name.size() - 1] == '.';
}

bool matches(std::string_view const entry, std::string_view const host, std::uint16_t const port) {
    if (entry == "*") return true;
    auto const numeric = address_of(host);
    if (entry.find('/') != std::string_view::npos) return numeric && in_network(entry, *numeric);
    auto const at = split(entry);
    if (!at || (!at->port.empty() && port_of(at->port) != port)) return false;
    if (numeric) return address_of(at->host) == numeric;
    return !at->bracketed && is_below(host, at->host);
}

result<void> check_local(network_options const& options) {
    if (!options.local_address.empty() && !address_of(options.local_address))
        return refused("local_address", "\"" + options.local_address + "\" is not an IP address");
    bool const plain = std::ranges::none_of(options.local_device, [](char c) { return c == '/' || static_cast<unsigned char>(c) <= ' '; });
    if (options.local_device.size() >= IFNAMSIZ || !plain) return refused("local_device", "is not the name of a network device");
    return {};
}

}  // namespace

result<proxy> parse_proxy(std::string_view const url, std::string_view const setting) {
    std::string_view rest = url;
    if (std::size_t const colon = url.find("://"); colon != std::string_view::npos) {
        std::string_view const scheme = url.substr(0, colon);
        if (base::equal_ignoring_case(scheme, "https"))
            return refused(setting, "is a proxy that wants TLS itself (https://), which is not supported; use its http:// port");
        if (base::equal_ignoring_case(scheme.substr(0, 5), "socks"))
            return refused(setting, "is a SOCKS proxy, which is not supported; use one that speaks HTTP");
        if (!base::equal_ignoring_case(scheme, "http")) return refused(setting, "is no http:// proxy; write http://host:port");
        rest.remove_prefix(colon + 3);
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    proxy to;
    if (std::size_t const at = rest.rfind('@'); at != std::string_view::npos) {
        auto encoded = basic(rest.substr(0, at));
        if (!encoded) return refused(setting, "has a user or password that cannot be sent; percent-encode what is special in them");
        to.authorization = *std::move(encoded);
        rest.remove_prefix(at + 1);
    }
    auto const where = split(rest);
    bool const good = where && (where->bracketed ? address_of(where->host).has_value() && where->host.find(':') != std::string_view::npos
                                                 : !where->host.empty() && std::ranges::all_of(where->host, fits_host));
    if (!good) return refused(setting, "has no valid host; write http://host:port");
    to.host = where->host;
    if (where->port.empty()) return to;
    auto const port = port_of(where->port);
    if (!port) return refused(setting, "has a port that is none");
    to.port = *port;
    return to;
}

bool is_exempt(std::string_view no_proxy, std::string_view host, std::uint16_t const port) {
    constexpr std::string_view between = ", \t\r\n";
    host = without_end_dot(host);
    for (;;) {
        no_proxy.remove_prefix(std::min(no_proxy.find_first_not_of(between), no_proxy.size()));
        if (no_proxy.empty()) return false;
        std::string_view const entry = no_proxy.substr(0, no_proxy.find_first_of(between));
        if (matches(entry, host, port)) return true;
        no_proxy.remove_prefix(entry.size());
    }
}

result<std::shared_ptr<route const>> choose_route(network_options const& options, std::string_view const host, std::uint16_t const port,
                                                  bool const tls) {
    if (auto const good = check_local(options); !good) return good.error();
    route chosen;
    chosen.local_address = options.local_address;
    chosen.local_device = options.local_device;
    std::string const& url = tls ? options.https_proxy : options.http_proxy;
    if (!url.empty() && !is_exempt(options.no_proxy, host, port)) {
        auto via = parse_proxy(url, tls ? "https_proxy" : "http_proxy");
        if (!via) return via.error();
        chosen.via = *std::move(via);
    }
    std::shared_ptr<route const> none;
    if (!chosen.via && chosen.local_address.empty() && chosen.local_device.empty()) return none;
    return std::shared_ptr<route const>(std::make_shared<route const>(std::move(chosen)));
}

bool is_loopback(std::string_view const host) {
    auto const numeric = address_of(host);
    return numeric ? numeric->is_loopback() : host == "localhost";
}

std::string with_port(std::string_view const host, std::uint16_t const port) {
    bool const bare_v6 = host.find(':') != std::string_view::npos;
    std::string text = bare_v6 ? "[" : "";
    text.append(host).append(bare_v6 ? "]:" : ":").append(std::to_string(port));
    return text;
}

}  // namespace sluice::inline v0::net
