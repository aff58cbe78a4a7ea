#pragma once

#include <sluice/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sluice::inline v0 {

/// A bearer token (RFC 6750). An empty value means anonymous: requests go without.
struct access_token {
    access_token() {}
    explicit access_token(std::string token) : value(std::move(token)) {}
    std::string value;
    std::optional<std::chrono::system_clock::time_point> expires;
};

/// Where a store gets its tokens from. Threads: `get` may be called from several threads at once.
class SLUICE_API token_source {
public:
    virtual ~token_source() = default;
    /// A token valid now; the same pointer as long as it is the same token.
    virtual awaitable<std::shared_ptr<access_token const>> get() = 0;
    /// A service would not take `token` any more: the next `get` looks for another, if it is this that it would give.
    virtual void rejected(std::shared_ptr<access_token const> const& token) { static_cast<void>(token); }
};

/// Always this token.
SLUICE_API std::shared_ptr<token_source> static_token(std::string token);

}  // namespace sluice::inline v0
