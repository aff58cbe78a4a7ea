#include "testing/channel.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace sluice::inline v0::testing {

stop_signal::stop_signal() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

stop_signal::~stop_signal() { ::close(descriptor_); }

void stop_signal::raise() noexcept {
    raised_ = true;
    std::uint64_t const one = 1;
    // Never read again, so the descriptor stays readable for every thread that polls it.
    [[maybe_unused]] auto const written = ::write(descriptor_, &one, sizeof one);
}

}  // namespace sluice::inline v0::testing
