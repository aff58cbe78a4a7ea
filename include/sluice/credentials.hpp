#pragma once

#include <sluice/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    std::optional<std::chrono::system_clock::time_point> expires;  ///< of temporary keys
};

/// Where a store gets its keys from. Threads: `get` may be called from several threads at once.
class SLUICE_API credential_source {
public:
    virtual ~credential_source() = default;
    /// Keys valid now; the same pointer as long as they are the same keys.
    virtual awaitable<std::shared_ptr<credentials const>> get() = 0;
    /// A service would not take `keys` any more: the next `get` looks for others, if it is these that it would give.
    virtual void rejected(std::shared_ptr<credentials const> const& keys) { static_cast<void>(keys); }
};

/// Where keys were looked for, in words for people; never the keys themselves.
struct credentials_report {
    credentials_report() {}
    std::string source;  ///< the first place that is configured, whether or not it has keys now; empty: none, requests go unsigned
    std::vector<std::pair<std::string, std::string>> passed_over;  ///< the places before it, and why
};

/// Where `s3_settings::from_env` with this profile gets its keys from. Nothing is sent.
/// Errors: invalid_argument for settings that contradict each other.
SLUICE_API credentials_report credentials_of_env(std::string profile = {});

/// Always these keys.
SLUICE_API std::shared_ptr<credential_source> static_credentials(credentials keys);

/// No keys: requests are not signed.
SLUICE_API std::shared_ptr<credential_source> anonymous_credentials();

}  // namespace sluice::inline v0
