#include <sluice/token.hpp>

namespace sluice::inline v0 {

namespace {

class fixed_token final : public token_source {
public:
    explicit fixed_token(std::string token) : token_(std::make_shared<access_token const>(std::move(token))) {}

    // Not a coroutine itself: the awaitable may outlive the source.
    awaitable<std::shared_ptr<access_token const>> get() override { return give(token_); }

private:
    static awaitable<std::shared_ptr<access_token const>> give(std::shared_ptr<access_token const> token) { co_return token; }

    std::shared_ptr<access_token const> const token_;
};

}  // namespace

std::shared_ptr<token_source> static_token(std::string token) { return std::make_shared<fixed_token>(std::move(token)); }

}  // namespace sluice::inline v0
