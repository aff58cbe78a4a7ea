#pragma once

#include "auth/provider.hpp"

#include <memory>
#include <utility>

namespace sluice::inline v0::auth {

/// Keys or tokens that are configured in a way that cannot be gone: said when they are needed, since many programs never need them.
template <class Value>
class refused_provider final : public provider_of<Value> {
public:
    refused_provider(std::string name, failure why) : name_(std::move(name)), why_(std::move(why)) {}
    std::string name() const override { return name_; }
    awaitable<result<Value>> fetch() override { co_return why_; }

private:
    std::string const name_;
    failure const why_;
};

inline std::shared_ptr<provider> refused_keys(std::string name, failure why) {
    return std::make_shared<refused_provider<credentials>>(std::move(name), std::move(why));
}

inline std::shared_ptr<token_provider> refused_tokens(std::string name, failure why) {
    return std::make_shared<refused_provider<access_token>>(std::move(name), std::move(why));
}

}  // namespace sluice::inline v0::auth
