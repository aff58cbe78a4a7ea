#include <sluice/credentials.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace {

class fixed_source final : public credential_source {
public:
    explicit fixed_source(credentials keys) : keys_(std::make_shared<credentials const>(std::move(keys))) {}

    // Not a coroutine itself: the awaitable may outlive the source.
    awaitable<std::shared_ptr<credentials const>> get() override { return give(keys_); }

private:
    static awaitable<std::shared_ptr<credentials const>> give(std::shared_ptr<credentials const> keys) { co_return keys; }

    std::shared_ptr<credentials const> const keys_;
};

}  // namespace

std::shared_ptr<credential_source> static_credentials(credentials keys) { return std::make_shared<fixed_source>(std::move(keys)); }

std::shared_ptr<credential_source> anonymous_credentials() { return std::make_shared<fixed_source>(credentials()); }

}  // namespace sluice::inline v0
