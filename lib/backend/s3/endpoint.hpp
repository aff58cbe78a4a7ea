#pragma once

#include "cloud/endpoint.hpp"
#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

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
