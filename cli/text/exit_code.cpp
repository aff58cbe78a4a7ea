#include "text/exit_code.hpp"

namespace sluice::inline v0::cli {

exit_code exit_code_of(errc reason) noexcept {
    switch (reason) {
    case errc::not_found: return exit_code::not_found;
    case errc::permission_denied:
    case errc::unauthenticated: return exit_code::denied;
    case errc::throttled:
    case errc::timed_out:
    case errc::truncated:
    case errc::unreachable:
    case errc::connection_lost:
    case errc::ambiguous:
    case errc::server: return exit_code::gave_up;
    case errc::already_exists:
    case errc::not_modified:
    case errc::precondition_failed: return exit_code::precondition;
    case errc::checksum_mismatch: return exit_code::integrity;
    case errc::invalid_argument: return exit_code::usage;
    case errc::cancelled:
    case errc::untrusted_peer:
    case errc::protocol:
    case errc::unsupported:
    case errc::range_not_satisfiable:
    case errc::buffer_too_small:
    case errc::no_space:
    case errc::io: break;
    }
    return exit_code::failed;
}

}  // namespace sluice::inline v0::cli
