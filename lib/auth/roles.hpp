#pragma once

#include "auth/partition.hpp"
#include "auth/provider.hpp"

#include <sluice/network_options.hpp>

namespace sluice::inline v0::auth {

/// Whose keys STS is asked for.
struct role {
    role() {}
    std::string arn;
    std::string session_name;  ///< empty: one that names this library and the time
    std::string external_id;
    unsigned duration = 3600;  ///< seconds
    std::string region;        ///< of STS; empty: us-east-1
    std::string endpoint;      ///< "https://sts.example"; empty: AWS's in the region
    host_kind hosts;           ///< which of these
    std::string ca_file;
    network_options network;
};

/// By a token that somebody else signed (AssumeRoleWithWebIdentity): its file is read anew each time.
std::shared_ptr<provider> web_identity_keys(surroundings around, role which, std::string token_file);

/// By other keys (AssumeRole).
std::shared_ptr<provider> assumed_keys(role which, std::shared_ptr<credential_source> by);

/// "Action=..&Version=2011-06-15&..", in the order given. Pure.
std::string sts_form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

}  // namespace sluice::inline v0::auth
