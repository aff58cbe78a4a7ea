#pragma once

#include <sluice/awaitable.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0 {

/// An access key pair, with the session token of temporary keys. Empty `access_key` means anonymous: requests are not signed.
struct credentials {
    credentials() {}
    credentials(std::string access, std::string secret, std::string token = {})
        : access_key(std::move(access)),
          secret_key(std::move(secret)),
          session_token(std::move(token)) {}
    std::string access_key;
    std::string secret_key;
    std::string session_token;
};

/// Where a store gets its keys from. Threads: `get` may be called from several threads at once.
class SLUICE_API credential_source {
public:
    virtual ~credential_source() = default;
    /// Keys valid now; the same pointer as long as they are the same keys.
    virtual awaitable<std::shared_ptr<credentials const>> get() = 0;
};

/// Always these keys.
SLUICE_API std::shared_ptr<credential_source> static_credentials(credentials keys);

/// No keys: requests are not signed.
SLUICE_API std::shared_ptr<credential_source> anonymous_credentials();

}  // namespace sluice::inline v0
