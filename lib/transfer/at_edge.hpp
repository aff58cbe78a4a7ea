#pragma once

#include "store/edge.hpp"

#include <sluice/object_store.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sluice::inline v0::transfer {

/// A transfer seen from outside: its own name, for the failures that no single request of it has named.
class transfer_edge final : public store::edge {
public:
    transfer_edge(char const* operation, std::string uri) : operation_(operation), uri_(std::move(uri)) {}
    std::string_view name() const override { return operation_; }
    std::string uri() const override { return uri_; }
    void describe(error_info&) const override {}

private:
    char const* operation_;
    std::string uri_;
};

/// Awaits `work`; a cancellation leaves as `errc::cancelled` that names `operation` and the object.
template <class T>
awaitable<T> at_edge(char const* operation, std::shared_ptr<object_store> store, std::string where, awaitable<T> work) {
    transfer_edge const edge(operation, store->uri() + where);
    try {
        co_return co_await std::move(work);
    } catch (...) {
        edge.rethrow();
    }
}

}  // namespace sluice::inline v0::transfer
