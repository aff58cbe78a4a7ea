#pragma once

#include "cloud/endpoint.hpp"
#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/service_settings.hpp>

#include <memory>

namespace sluice::inline v0::cloud {

/// What TLS trusts, and who we are. Errors: invalid_argument for files that cannot be read or are none.
result<std::shared_ptr<net::tls_context const>> make_tls(service_settings const& settings);

/// By which proxy, and from where, connections to `to` go. Errors: invalid_argument.
result<void> choose_route(net::origin& to, network_options const& network);

/// All of it for one endpoint. Errors: as both.
result<net::origin> make_origin(endpoint const& to, service_settings const& settings);

/// What every service's settings have to make sense in. Errors: invalid_argument.
result<void> check_settings(service_settings const& settings);

}  // namespace sluice::inline v0::cloud
