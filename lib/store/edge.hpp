#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice::inline v0::store {

/// The public edge of one operation: here failures and cancellation become `error`, with all that is known about the operation.
///
///     try { result<T> r = co_await ...; co_return here.deliver(std::move(r)); } catch (...) { here.rethrow(); }
class edge {
public:
    virtual ~edge() = default;

    virtual std::string_view name() const = 0;
    /// "s3://bucket/key", without secrets.
    virtual std::string uri() const = 0;
    /// Adds what the operation knows besides: attempts, elapsed time.
    virtual void describe(error_info& info) const = 0;

    /// Throws `f` as the public error.
    [[noreturn]] void raise(failure f) const;

    /// The value, or `raise`.
    template <class T>
    T deliver(result<T> r) const {
        if (!r) raise(std::move(r).error());
        if constexpr (!std::is_void_v<T>) return std::move(r).value();
    }

    /// For a catch block: rethrows the exception in flight. A cancellation becomes `errc::cancelled`; an `error` that does not say
    /// where it came from (thrown by a payload source, say), or a cancellation that names no object, learns it; all else passes as it is.
    [[noreturn]] void rethrow() const;

protected:
    edge() noexcept = default;
    edge(edge const&) = default;
    edge& operator=(edge const&) = default;
};

}  // namespace sluice::inline v0::store
