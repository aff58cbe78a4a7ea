#pragma once

#include "support/certificates.hpp"
#include "support/peer.hpp"

#include <functional>

namespace sluice::test {

/// How a `tls_peer` behaves.
struct tls_behaviour {
    tls_behaviour() {}
    /// Shows whatever certificate it is given: it is the other side that is to refuse it.
    static tls_behaviour lax();
    int lowest = TLS1_2_VERSION, highest = TLS1_3_VERSION;
    int connections = 1;
    identity const* wants = nullptr;  ///< a client certificate that this authority has signed
    bool weak = false;                ///< takes keys and digests that nobody should
};

/// A `peer` that speaks TLS as `who`: the script runs after a successful handshake; with no script the connection is held until the
/// other end closes. close_notify is sent only when the script calls `SSL_shutdown`.
class tls_peer {
public:
    tls_peer(identity const& who, std::function<void(SSL*)> script, tls_behaviour how = {});
    ~tls_peer();

    std::uint16_t port() const noexcept { return peer_.port(); }

private:
    void serve(int fd);

    std::unique_ptr<SSL_CTX, openssl_free<SSL_CTX, SSL_CTX_free>> context_;
    std::function<void(SSL*)> script_;
    peer peer_;
};

/// Blocking calls for scripts.
void send_all(SSL* to, std::string const& data);
std::string receive(SSL* from, std::size_t size);
void hold(SSL* connection);

}  // namespace sluice::test
