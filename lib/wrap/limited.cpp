#include "wrap/around.hpp"

#include <sluice/async/semaphore.hpp>
#include <sluice/error.hpp>
#include <sluice/wrap/limited.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::inline v0 {

namespace wrap {

namespace {

/// Permits come in the order operation, bytes; who waits for bytes waits only for calls that end by themselves.
class limiter final : public interceptor {
public:
    explicit limiter(limited_options options) : most_bytes_(options.bytes), operations_(options.operations), bytes_(options.bytes) {}

    awaitable<std::unique_ptr<visit>> enter(call what) override {
        auto held = std::make_unique<permits>();
        held->operation = co_await operations_.acquire();
        std::size_t const bytes = static_cast<std::size_t>(std::min(what.bytes, most_bytes_));
        if (bytes > 0) held->bytes = co_await bytes_.acquire(bytes);
        co_return std::move(held);
    }

private:
    struct permits final : visit {
        async::semaphore::permit operation, bytes;
    };

    std::uint64_t const most_bytes_;
    async::semaphore operations_, bytes_;
};

}  // namespace

}  // namespace wrap

std::shared_ptr<object_store> make_limited(std::shared_ptr<object_store> inner, limited_options options) {
    if (options.operations == 0 || options.bytes == 0)
        throw_error({errc::invalid_argument, "a limit of zero would let nothing through"}, "open", inner->uri());
    return wrap::make_around(std::move(inner), std::make_shared<wrap::limiter>(options));
}

}  // namespace sluice::inline v0
