#pragma once

#include <sluice/log.hpp>
#include <sluice/network_options.hpp>
#include <sluice/pool_options.hpp>
#include <sluice/retry_policy.hpp>
#include <sluice/timeouts.hpp>

#include <string>

namespace sluice::inline v0 {

/// What a store needs of any service that is spoken to by HTTP, whichever it is.
struct service_settings {
    service_settings() {}

    std::string ca_file;           ///< PEM file of additional CAs; the system's stay trusted
    std::string ca_directory;      ///< c_rehash directory of additional CAs
    std::string certificate_file;  ///< PEM file of a client certificate with its chain, for services that want one
    std::string key_file;          ///< PEM file of its key; empty: the same file
    std::string key_password;      ///< of an encrypted key
    network_options network;       ///< proxies, and where connections come from
    sluice::v0::timeouts timeouts;
    retry_policy retry;
    pool_options pool;
    log_sink log;
    log_level verbosity = log_level::off;
};

}  // namespace sluice::inline v0
