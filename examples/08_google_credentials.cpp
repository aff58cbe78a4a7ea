// Application Default Credentials of Google Cloud: where they come from, and a token.
//   08_google_credentials
#include <sluice/sluice.hpp>

#include <chrono>
#include <iostream>

sluice::awaitable<void> program(std::shared_ptr<sluice::token_source> tokens) {
    std::shared_ptr<sluice::access_token const> const token = co_await tokens->get();
    std::cout << "a token of " << token->value.size() << " characters";
    if (token->expires) {
        auto const left = *token->expires - std::chrono::system_clock::now();
        std::cout << ", good for " << std::chrono::round<std::chrono::minutes>(left).count() << " minutes";
    }
    std::cout << '\n';
}

int main() {
    try {
        sluice::credentials_report const where = sluice::google_credentials_report();  // sends nothing, holds no secret
        for (auto const& [place, why] : where.passed_over) std::cout << place << ": " << why << '\n';
        std::cout << "asked for a token: " << where.source << '\n';
        std::shared_ptr<sluice::token_source> const tokens = sluice::google_credentials();  // one for all stores
        sluice::async::runtime(1).run([&] { return program(tokens); });
    } catch (sluice::error const& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
