#include "auth/partition.hpp"

#include <array>

namespace sluice::inline v0::auth {

namespace {

// github.com/boto/botocore: data/partitions.json, and the endpoint rule sets of s3, sts and sso. That acceleration is not to be had in
// GovCloud: docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-s3.html; its rule set would lead such requests to another partition.
constexpr partition main_partition{"", "amazonaws.com", "api.aws", true, true, false};
constexpr std::array partitions{
    partition{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false, false, false},
    partition{"us-gov-", "amazonaws.com", "api.aws", true, false, true},
    partition{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", true, false, false},
    partition{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", true, false, false},
    partition{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", true, false, false},
    partition{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", true, false, false},
    partition{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", true, false, false},
};

}  // namespace

partition const& partition_of(std::string_view const region) noexcept {
    for (partition const& p : partitions)
        if (region.starts_with(p.begin)) return p;
    return main_partition;
}

region_meant meant_by(std::string_view region) {
    constexpr std::string_view before = "fips-", behind = "-fips";
    region_meant meant;
    meant.fips = region.starts_with(before) || region.ends_with(behind);
    if (region.starts_with(before))
        region.remove_prefix(before.size());
    else if (meant.fips)
        region.remove_suffix(behind.size());
    meant.name = region == "aws-global" ? "us-east-1" : region;
    return meant;
}

std::string key_service_host(std::string_view const service, std::string_view const region, host_kind const kind) {
    region_meant const meant = meant_by(region);
    partition const& in = partition_of(meant.name);
    std::string host(service);
    bool const usual = in.keys_by_fips && !kind.dual_stack;
    if ((kind.fips || meant.fips) && !usual) host += "-fips";
    host += '.' + meant.name + '.';
    host += kind.dual_stack ? in.dual_stack_suffix : in.suffix;
    return host;
}

}  // namespace sluice::inline v0::auth
