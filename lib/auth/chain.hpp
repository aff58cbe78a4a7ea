#pragma once

#include "auth/partition.hpp"
#include "auth/profile.hpp"
#include "auth/provider.hpp"

#include <sluice/credentials.hpp>
#include <sluice/network_options.hpp>

#include <string>

namespace sluice::inline v0::auth {

/// The texts of AWS's two files, and whose keys are wanted.
struct chain_input {
    chain_input() {}
    std::string config, credentials;
    std::string profile;
    bool named = false;        ///< by the caller himself: its keys come before the environment's
    std::string region;        ///< for STS
    host_kind hosts;           ///< of STS and IAM Identity Center
    profile_section services;  ///< which may set their endpoints, after the variables
    bool ignore_urls = false;  ///< of endpoints: neither variables nor services set one
    std::string ca_file;
    network_options network;
};

struct chosen_source {
    std::shared_ptr<credential_source> source;  ///< null: no place is configured, requests go unsigned
    credentials_report report;
};

/// The first place that is configured. In order: the environment, the profile (its own keys, a role, IAM Identity Center, a process), web
/// identity, the container's service, EC2's. Nothing is fetched yet. Pure but for `around`'s variables.
/// Errors: invalid_argument for settings that contradict each other, among them a profile that needs a code of an MFA device.
result<chosen_source> choose_source(surroundings const& around, chain_input const& in);

}  // namespace sluice::inline v0::auth
