#pragma once

#include <sluice/object_store.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::wrap {

/// One call that a wrapper sees go by.
struct call {
    call(std::string_view name, std::string uri, std::uint64_t bytes) : name(name), uri(std::move(uri)), bytes(bytes) {}
    std::string_view name;  // a literal
    std::string uri;
    std::uint64_t bytes;  ///< of the caller's memory
};

/// A wrapper's side of one call that is under way; what it holds, it holds until the call has ended.
class visit {
public:
    virtual ~visit() = default;
    /// The inner call succeeded and moved so many bytes. What is thrown is what the caller sees.
    virtual void succeeded(std::uint64_t) {}
    /// The inner call threw `why`, which the caller will see.
    virtual void failed(std::exception_ptr const& why) { static_cast<void>(why); }
};

/// What a wrapper does around every call of a store that it otherwise leaves as it is.
class interceptor {
public:
    virtual ~interceptor() = default;
    /// Before the inner call, which is not made when this throws.
    virtual awaitable<std::unique_ptr<visit>> enter(call what) = 0;
    /// A chance to add to the call's options.
    virtual void equip(call const& what, call_options& options) {
        static_cast<void>(what);
        static_cast<void>(options);
    }
};

/// `inner` with `by` around every call: of the store, of the bodies it opens, and of the uploads it begins.
std::shared_ptr<object_store> make_around(std::shared_ptr<object_store> inner, std::shared_ptr<interceptor> by);

}  // namespace sluice::inline v0::wrap
