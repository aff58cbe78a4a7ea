#include "net/limit.hpp"

#include <sluice/error.hpp>

namespace sluice::inline v0::net {

limit::limit(async::clock& owner, stream& over, async::time_point when) noexcept : alarm(owner), over_(over) {
    if (when != async::never) set(when);
}

void limit::ring() noexcept { over_.interrupt(make_error_code(errc::timed_out)); }

}  // namespace sluice::inline v0::net
