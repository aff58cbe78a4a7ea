#pragma once

#include "store/edge.hpp"

#include <sluice/awaitable.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::store {

/// What consists of several operations, seen from outside: its own name, for what no single one of them has named.
class named_edge final : public edge {
public:
    named_edge(std::string_view operation, std::string uri) : operation_(operation), uri_(std::move(uri)) {}
    std::string_view name() const override { return operation_; }
    std::string uri() const override { return uri_; }
    void describe(error_info&) const override {}

private:
    std::string_view operation_;  // a literal
    std::string uri_;
};

/// Awaits `work`; a cancellation, also between two of its operations, leaves as `errc::cancelled` that names `operation` and `uri`.
template <class T>
awaitable<T> at_edge(char const* operation, std::string uri, awaitable<T> work) {
    named_edge const edge(operation, std::move(uri));
    try {
        co_return co_await std::move(work);
    } catch (...) {
        edge.rethrow();
    }
}

}  // namespace sluice::inline v0::store
