#pragma once

#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// Which of the hosts is meant that AWS has for a service in a region.
struct host_kind {
    host_kind() {}
    bool fips = false;        ///< its cryptography is validated by FIPS 140
    bool dual_stack = false;  ///< it has IPv6 addresses, too
};

/// AWS's regions come in groups with domains and accounts of their own.
struct partition {
    std::string_view begin;              ///< of the names of its regions
    std::string_view suffix;             ///< of its hosts
    std::string_view dual_stack_suffix;  ///< of dual-stack hosts, but for S3, which has them below `suffix`
    bool s3_fips = true;                 ///< S3 has FIPS hosts
    bool s3_acceleration = false;        ///< S3 has transfer acceleration
    bool keys_by_fips = false;           ///< what gives keys has FIPS cryptography under its usual name
};

/// The one that an unknown region would belong to is the largest.
partition const& partition_of(std::string_view region) noexcept;

struct region_meant {
    region_meant() {}
    std::string name;
    bool fips = false;
};

/// What a setting says that is called region: "aws-global" is us-east-1, and "fips-x" or "x-fips" is how x was written before FIPS had a
/// setting of its own.
region_meant meant_by(std::string_view region);

/// Host of a service that gives keys: "sts", "portal.sso". Not for S3, whose rules are others.
std::string key_service_host(std::string_view service, std::string_view region, host_kind kind);

}  // namespace sluice::inline v0::auth
