#pragma once

#include "net/stream.hpp"

#include <sluice/error.hpp>

#include <openssl/x509_vfy.h>

#include <string>

namespace sluice::inline v0::net {

/// Whom a handshake was with.
struct tls_peer_name {
    std::string const& host;
    std::string peer;  ///< its address
};

/// What OpenSSL found wrong with the certificate it now looks at, and what to do about it.
std::string certificate_problem(X509_STORE_CTX* chain, std::string const& host);

/// Whether OpenSSL's error is the peer's word that it wants a certificate of ours, or another one than it was shown.
bool wants_certificate(unsigned long error) noexcept;

/// Why a handshake failed: `how` it ended, OpenSSL's first error, and what was wrong with the certificate, if anything.
failure handshake_problem(tls_peer_name const& with, io_outcome const& how, unsigned long error, std::string const& distrust);

}  // namespace sluice::inline v0::net
