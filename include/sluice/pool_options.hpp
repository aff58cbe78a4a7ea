#pragma once

#include <chrono>
#include <cstddef>

namespace sluice::inline v0 {

/// Connections to one origin (scheme, host, port, TLS settings), per execution context. A body that is held without being read keeps
/// its connection, and so its place among `max_connections`.
struct pool_options {
    pool_options() {}
    std::size_t max_connections = 256;  ///< open at once; more requests wait in order
    std::size_t max_idle = 256;
    std::chrono::nanoseconds idle_limit = std::chrono::seconds(20);  ///< S3 closes idle connections after about that long
    std::chrono::nanoseconds age_limit = std::chrono::minutes(10);   ///< so that DNS changes are noticed
};

}  // namespace sluice::inline v0
