#pragma once

#include <sluice/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// "http://host:port/path?query", taken apart.
struct web_address {
    bool tls = false;
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
    std::string target = "/";  ///< path and query

    /// The value of `Host`.
    std::string authority() const;
};

/// Errors: invalid_argument, naming `what`, for anything but http or https with a host: user info and fragment are refused.
result<web_address> parse_web_address(std::string_view url, std::string_view what);

}  // namespace sluice::inline v0::auth
