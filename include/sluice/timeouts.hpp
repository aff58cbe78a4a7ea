#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::inline v0 {

/// Time limits. Each ends in `errc::timed_out` naming the limit; zero means none.
struct timeouts {
    timeouts() {}
    std::chrono::nanoseconds connect = std::chrono::seconds(5);      ///< name lookup and TCP connect, one address
    std::chrono::nanoseconds tls = std::chrono::seconds(10);         ///< handshake
    std::chrono::nanoseconds first_byte = std::chrono::seconds(30);  ///< request delivered -> answer's head
    std::chrono::nanoseconds stall = std::chrono::seconds(30);       ///< a request or body must move `stall_bytes` in each such window
    std::uint64_t stall_bytes = 30 * 1024;
    /// In place of the two above where the service works on bytes it has before it answers: an upload is completed, something is copied. It
    /// may stay silent that long, or send spaces meanwhile. (API page CompleteMultipartUpload: "several minutes".)
    std::chrono::nanoseconds server_work = std::chrono::minutes(10);
    std::chrono::nanoseconds pool_wait = std::chrono::seconds(60);  ///< for a free connection
    /// For the word to send a body that was asked about first (`Expect: 100-continue`); then it is sent all the same, which is no error.
    std::chrono::nanoseconds go_ahead = std::chrono::seconds(1);
    std::chrono::nanoseconds operation{0};  ///< the whole operation with its retries; none by default
};

}  // namespace sluice::inline v0
