#pragma once

#include "auth/surroundings.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/credentials.hpp>
#include <sluice/error.hpp>
#include <sluice/token.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::auth {

/// One place that keys or tokens are fetched from, each time anew. Threads: one fetch at a time.
template <class Value>
class provider_of {
public:
    virtual ~provider_of() = default;
    /// For people: "the metadata service of EC2".
    virtual std::string name() const = 0;
    /// Lifetime: the provider outlives the fetch. Errors: whatever went wrong. Cancel: nothing is left behind.
    virtual awaitable<result<Value>> fetch() = 0;
};
using provider = provider_of<credentials>;
using token_provider = provider_of<access_token>;

/// Keeps what `from` gives until shortly before it expires, and fetches it once for all who ask at the same time; when `from` gives
/// nothing any more, what is there serves until it expires. See docs/design/011.
std::shared_ptr<credential_source> cached(std::shared_ptr<provider> from);
std::shared_ptr<token_source> cached(std::shared_ptr<token_provider> from);

}  // namespace sluice::inline v0::auth
