#pragma once

#include "auth/provider.hpp"

namespace sluice::inline v0::auth {

/// The keys of the role of an EC2 instance, by its metadata service, version 2: a session token first, then the role's name, then its
/// keys. Version 1 is never used. Obeys AWS_EC2_METADATA_SERVICE_ENDPOINT, _ENDPOINT_MODE, AWS_METADATA_SERVICE_TIMEOUT (seconds, 1) and
/// AWS_METADATA_SERVICE_NUM_ATTEMPTS (1): where there is no such service, that is known within a second.
std::shared_ptr<provider> instance_keys(surroundings around);

/// One text of that service, whose session is asked for first.
awaitable<result<std::string>> instance_text(surroundings around, std::string target);

}  // namespace sluice::inline v0::auth
