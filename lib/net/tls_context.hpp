#pragma once

#include "async/clock.hpp"
#include "net/stream.hpp"

#include <sluice/error.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::net {

/// Whom to trust: the system's CAs (SSL_CERT_FILE and SSL_CERT_DIR as OpenSSL itself reads them), and these besides.
struct tls_settings {
    tls_settings() {}
    std::string ca_file;
    std::string ca_directory;
    std::string certificate_file;  ///< PEM: our own certificate and those between it and its CA, for services that ask for one
    std::string key_file;          ///< PEM: its key; empty: that is in `certificate_file`
    std::string key_password;      ///< of an encrypted key; nobody is asked for one
    friend bool operator==(tls_settings const&, tls_settings const&) = default;
};

/// An immutable client configuration: TLS 1.2 and 1.3, peer verification always on. Share it between contexts and connections.
class tls_context {
public:
    /// Errors: invalid_argument when a file or directory cannot be read, or the key is not that of the certificate.
    static result<std::shared_ptr<tls_context const>> make(tls_settings const& settings);
    ~tls_context();
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    struct native;  // the SSL_CTX; defined in tls.cpp's own world
    native* get() const noexcept { return native_.get(); }

private:
    explicit tls_context(std::unique_ptr<native> n) noexcept;
    std::unique_ptr<native> native_;
};

/// Runs a handshake over `below` (which it owns) for `host`: SNI (not for IP literals), host name or IP check, chain check.
/// Errors: untrusted_peer with the reason in words, timed_out, connection_lost, protocol (a peer that does not speak TLS).
awaitable<result<std::unique_ptr<stream>>> start_tls(std::unique_ptr<stream> below, std::shared_ptr<tls_context const> context,
                                                     std::string host, async::time_point deadline);

}  // namespace sluice::inline v0::net
