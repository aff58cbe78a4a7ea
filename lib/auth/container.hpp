#pragma once

#include "auth/provider.hpp"
#include "auth/web_address.hpp"

namespace sluice::inline v0::auth {

/// The address that ECS or EKS put into the environment. Keys are sent by whoever answers there, so plain HTTP is only for this machine
/// and for the addresses of ECS and EKS. Errors: invalid_argument.
result<web_address> container_address(std::string const& relative, std::string const& full);

/// The keys of a container's role (ECS task role, EKS pod identity), by AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI.
std::shared_ptr<provider> container_keys(surroundings around);

}  // namespace sluice::inline v0::auth
