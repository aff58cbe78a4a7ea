#pragma once

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

/// Where AWS has S3.
struct aws_endpoint {
    aws_endpoint() {}
    std::string host;
    std::string region;      ///< to sign for
    bool host_only = false;  ///< takes the bucket in the host name only
};

/// The endpoint in `region` that `settings` ask for: FIPS, dual stack, accelerated. `bucket`: empty for what concerns none, which is not
/// accelerated. Errors: invalid_argument for what AWS does not have, and for what it has besides plain and directory buckets.
result<aws_endpoint> find_aws_endpoint(s3_settings const& settings, std::string_view bucket, std::string_view region);

/// The endpoint at which directory buckets are made and removed. Errors: as above.
result<aws_endpoint> find_control_endpoint(s3_settings const& settings, std::string_view region);

/// Whether an endpoint that was set, on that host, can be what `settings` ask for. Errors: invalid_argument.
result<void> check_own_endpoint(s3_settings const& settings, std::string_view host);

/// Whether a bucket of that name can stand in a host name.
bool fits_host_name(std::string_view bucket) noexcept;

}  // namespace sluice::inline v0::s3
