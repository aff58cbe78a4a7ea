#pragma once

#include <sluice/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What tests see of, and do to, any of the in-process services.
namespace sluice::inline v0::testing {

/// A fault to do to one request; chosen by a server's `on_request`.
struct SLUICE_API service_fault {
    service_fault() {}
    int status = 0;    ///< answer this status, which may be 200, with the service's error document instead
    std::string code;  ///< its code
    /// Added to the answer in place of its own; an empty value takes the answer's own away.
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::uint64_t> cut_body_after;  ///< send so many body bytes of a correct answer, then reset the connection
    bool ignore_range = false;                    ///< answer 200 with the whole object
    std::int64_t shift_range = 0;                 ///< answer another range than asked for
    std::optional<std::uint64_t> flip_bit_of;     ///< of a read: this byte of the answer is another than it should be
    std::optional<std::uint64_t> flip_received;   ///< of a write: this byte of the body is another than was sent
    std::optional<std::uint64_t> keep_only;       ///< of a chunk of a resumable upload: so many bytes of it are kept
    bool drop_after_apply = false;                ///< do the work, then close without an answer
    std::chrono::milliseconds delay{0};           ///< before the work, or, by servers that take requests whole, before the answer
};

/// One request as `on_request` sees it.
struct SLUICE_API service_request_view {
    service_request_view() {}
    std::string method, bucket, key, query, range, if_match;  ///< `bucket`: or container
    std::uint64_t number = 0;                                 ///< of all requests since the last `reset_counts`, from 1
};

/// What servers that take requests whole count.
struct SLUICE_API service_counts {
    service_counts() {}
    std::uint64_t requests = 0;
    std::uint64_t body_bytes = 0;  ///< of requests
    /// Ill-formed or wrongly signed, which no correct client sends: a test asserts 0.
    std::uint64_t refused = 0;
    std::string last_refusal;  ///< why, for the test's message
};

}  // namespace sluice::inline v0::testing
