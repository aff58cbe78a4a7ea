#include "cloud/connection.hpp"

#include "net/route.hpp"
#include "net/tls_context.hpp"

#include <utility>

namespace sluice::inline v0::cloud {

result<std::shared_ptr<net::tls_context const>> make_tls(service_settings const& settings) {
    net::tls_settings trust;
    trust.ca_file = settings.ca_file;
    trust.ca_directory = settings.ca_directory;
    trust.certificate_file = settings.certificate_file;
    trust.key_file = settings.key_file;
    trust.key_password = settings.key_password;
    return net::tls_context::make(trust);
}

result<void> choose_route(net::origin& to, network_options const& network) {
    auto route = net::choose_route(network, to.host, to.port, to.tls != nullptr);
    if (!route) return route.error();
    to.route = *std::move(route);
    return {};
}

result<net::origin> make_origin(endpoint const& to, service_settings const& settings) {
    net::origin origin;
    origin.host = to.host;
    origin.port = to.port;
    if (to.tls) {
        auto tls = make_tls(settings);
        if (!tls) return tls.error();
        origin.tls = *std::move(tls);
    }
    auto const routed = choose_route(origin, settings.network);
    if (!routed) return routed.error();
    return origin;
}

result<void> check_settings(service_settings const& settings) {
    if (settings.retry.max_attempts == 0) return failure(errc::invalid_argument, "retry.max_attempts must be at least 1");
    return {};
}

}  // namespace sluice::inline v0::cloud
