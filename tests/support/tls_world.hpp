#pragma once

#include "net/tls_context.hpp"
#include "support/certificates.hpp"

#include <sluice/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::test {

/// A client configuration that trusts `authority`.
std::shared_ptr<net::tls_context const> trusting(identity const& authority);

/// One that trusts all of them.
std::shared_ptr<net::tls_context const> trusting(identity const& one, identity const& another);

/// One that trusts the system's CAs alone.
std::shared_ptr<net::tls_context const> trusting_the_system();

/// A handshake for `host` with whoever listens on `port` of 127.0.0.1.
awaitable<result<std::unique_ptr<net::stream>>> handshake(std::uint16_t port, std::shared_ptr<net::tls_context const> context,
                                                          std::string host, async::nanoseconds span = std::chrono::seconds(20));

/// A CA, a server of its making for "localhost", and a client that trusts it.
struct tls_world {
    tls_world() {}

    /// A TLS connection to a port of 127.0.0.1; throws when there is none.
    awaitable<std::unique_ptr<net::stream>> connect(std::uint16_t port) const;

    identity authority = make_authority();
    identity server = make_certificate(certificate_wish("DNS:localhost"), &authority);
    std::shared_ptr<net::tls_context const> context = trusting(authority);
};

}  // namespace sluice::test
