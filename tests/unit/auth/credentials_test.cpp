#include <sluice/credentials.hpp>

#include <doctest/doctest.h>

#include "support/co_test.hpp"

using namespace sluice;

CO_TEST("fixed credentials are the same pointer each time, and outlive their source") {
    auto source = static_credentials(credentials("access", "secret", "token"));
    auto const first = co_await source->get();
    auto later = source->get();
    source.reset();
    auto const second = co_await std::move(later);
    CHECK(first == second);
    CHECK(second->access_key == "access");
    CHECK(second->secret_key == "secret");
    CHECK(second->session_token == "token");
}

CO_TEST("anonymous credentials are empty") {
    auto const source = anonymous_credentials();
    auto const keys = co_await source->get();
    CHECK(keys->access_key.empty());
    CHECK(keys->secret_key.empty());
}
