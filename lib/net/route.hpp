#pragma once

#include <sluice/error.hpp>
#include <sluice/network_options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// Decisions only: nothing here waits or reads the environment.
namespace sluice::inline v0::net {

/// A proxy that is spoken to without TLS.
struct proxy {
    proxy() {}
    std::string host;  ///< without brackets
    std::uint16_t port = 80;
    std::string authorization;  ///< value of Proxy-Authorization, a secret; empty: none
};

/// Errors: invalid_argument saying what is wrong, never with the text: it may hold a password. `setting` names where it comes from.
result<proxy> parse_proxy(std::string_view url, std::string_view setting);

/// Whether `host` is reached without a proxy. Entries stand between commas or blanks: "*" is everything; a name is itself and all below
/// it, with a dot before it or without; an address is itself however it is written; "10.0.0.0/8" and "fd00::/8" are networks; a port
/// behind name or address ("[::1]:443") narrows it. Entries that are none of these match nothing, as with curl.
bool is_exempt(std::string_view no_proxy, std::string_view host, std::uint16_t port);

/// How connections to one origin go. Immutable; origins share a pool if they share a route.
struct route {
    route() {}
    std::optional<proxy> via;
    std::string local_address;
    std::string local_device;
};

/// Null where nothing is special. Errors: invalid_argument.
result<std::shared_ptr<route const>> choose_route(network_options const& options, std::string_view host, std::uint16_t port, bool tls);

/// Whether what is sent to `host` stays on this machine: "localhost" or a loopback address, and no name that only looks like one.
bool is_loopback(std::string_view host);

/// "host:port", brackets around IPv6.
std::string with_port(std::string_view host, std::uint16_t port);

}  // namespace sluice::inline v0::net
