#pragma once

#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

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

/// ^[a-z0-9-]{1,40}$: what may be made part of a host name or a signature, whoever says it.
bool valid_region(std::string_view text) noexcept;

/// Where the requests of one bucket go. Immutable; a learned region makes a new one.
struct place {
    place() {}
    std::string region;
    net::origin origin;
    std::string host;     ///< value of the Host header
    std::string path;     ///< before a key: "/", "/bucket/" or "/prefix/bucket/"
    bool on_aws = false;  ///< no endpoint was set: another region is another host
};

/// Errors: invalid_argument for a bucket name, region or endpoint that cannot be, and for what AWS does not have together.
result<place> make_place(s3_settings const& settings, std::string_view region, std::shared_ptr<net::tls_context const> tls);

/// Where requests go that concern no bucket; the one of `settings` does not count. Errors: as `make_place`.
result<place> make_service_place(s3_settings const& settings, std::string_view region, std::shared_ptr<net::tls_context const> tls);

/// Where the directory bucket of `settings` is made and removed. Errors: as `make_place`.
result<place> make_control_place(s3_settings const& settings, std::string_view region, std::shared_ptr<net::tls_context const> tls);

/// Whether a bucket of that name can be made. AWS's rules are stricter than those of its kin, and than its own were for buckets that are
/// there. (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html) Errors: invalid_argument.
result<void> check_new_bucket(std::string_view name, bool on_aws);

/// Whether `settings` lead to TLS. Errors: those of `parse_endpoint`.
result<bool> wants_tls(s3_settings const& settings);

}  // namespace sluice::inline v0::s3
