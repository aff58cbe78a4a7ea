#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::store {

/// The public edge of one operation: what an error that leaves the library says about where it came from.
class edge {
public:
    virtual ~edge() = default;

    virtual std::string_view operation() const = 0;
    /// "s3://bucket/key", without secrets.
    virtual std::string uri() const = 0;
    /// Adds what the operation knows besides: attempts, elapsed time.
    virtual void describe(error_info& info) const = 0;

    /// Throws `f` as the public error.
    [[noreturn]] void raise(failure f) const;
    /// For a catch block: rethrows the exception in flight; a cancellation becomes `errc::cancelled`, an `error` that does not yet say
    /// where it came from (thrown by a payload source) learns it, and all else passes as it is.
    [[noreturn]] void rethrow() const;

protected:
    edge() noexcept = default;
    edge(edge const&) = default;
    edge& operator=(edge const&) = default;
};

/// Awaits `work`, the inside of one public operation, which `*at` describes and outlives.
template <class T>
awaitable<T> leave(edge const* at, awaitable<result<T>> work) {
    try {
        result<T> done = co_await std::move(work);
        if (!done) at->raise(std::move(done).error());
        co_return std::move(done).value();
    } catch (...) {
        at->rethrow();
    }
}

}  // namespace sluice::inline v0::store
