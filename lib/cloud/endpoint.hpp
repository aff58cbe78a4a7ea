#pragma once

#include <sluice/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::inline v0::cloud {

/// An endpoint URL, taken apart: scheme, host, port and an optional path before all others.
struct endpoint {
    endpoint() {}
    bool tls = false;
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
    std::string path;  ///< "" or "/prefix", as it goes onto the request line

    /// The value of `Host`: brackets around IPv6, no port where it is the scheme's own.
    std::string authority(std::string_view before = {}) const;
    /// A literal address: buckets cannot stand before it.
    bool is_address() const noexcept;
    /// localhost or a name below it, which is this machine whatever a name server says (RFC 6761).
    bool is_localhost() const noexcept;
};

/// Errors: invalid_argument for anything but http or https, a host, a port and a path: user info, query and fragment are refused.
result<endpoint> parse_endpoint(std::string_view url);

}  // namespace sluice::inline v0::cloud
