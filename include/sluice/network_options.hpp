#pragma once

#include <string>

namespace sluice::inline v0 {

/// The way of connections to the service: through which proxy, and from where. Texts that cannot be are refused when a store is made.
///
/// A proxy is "http://host:port" or "http://user:password@host:port", what is special in user and password percent-encoded; "http://" may
/// be left out, the port is then 80 if it is, too. It is spoken to without TLS: other kinds (https://, socks5://) are refused.
/// TLS goes through it end to end (CONNECT), and is checked as ever.
struct network_options {
    network_options() {}
    std::string https_proxy;    ///< for https endpoints; empty: none
    std::string http_proxy;     ///< for http endpoints; empty: none. It sees all that is sent
    std::string no_proxy;       ///< "host, .domain, host:port, 10.0.0.0/8, [::1]" or "*": what is reached without a proxy
    std::string local_address;  ///< IP address of this machine that connections come from; empty: as the system routes
    std::string local_device;   ///< network device they leave by (SO_BINDTODEVICE), "eth1"; empty: as the system routes
};

}  // namespace sluice::inline v0
