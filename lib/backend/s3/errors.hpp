#pragma once

#include "backend/s3/endpoint.hpp"
#include "http/response_head.hpp"
#include "retry/retry_state.hpp"

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::inline v0::s3 {

/// An answer that is no success, as far as it could be understood. Everything in it is the service's word: bounded, not trusted.
struct refusal {
    refusal() {}
    int status = 0;
    std::string code;                          ///< "NoSuchKey"; empty when the body is no error document
    std::string message;                       ///< at most 512 bytes; of a body that is no error document its first 200 printable ones
    std::string request_id;                    ///< at most 128 bytes
    std::string region;                        ///< where the bucket is said to be; always a `valid_region`
    std::string redirect_host;                 ///< of Location
    std::optional<std::uint64_t> object_size;  ///< of a 416
    std::optional<std::chrono::system_clock::time_point> date;
    std::string retry_after;
    bool cut = false;  ///< the connection broke before the document was whole
};

inline constexpr std::size_t error_body_limit = 64 * 1024;

/// `body` is empty for HEAD. Never fails: what cannot be read is left out.
refusal read_refusal(http::response_head const& head, std::string body);

/// What an attempt's sender knew, against which a refusal is judged.
struct sent_as {
    sent_as() {}
    std::string region;
    bool anonymous = false;
    bool temporary = false;  ///< with a session token, which may have expired
    std::chrono::system_clock::time_point signed_at;
    bool presigned = false;  ///< by a URL: nothing of it can be mended here
    std::optional<std::chrono::system_clock::time_point> good_until;
};

/// The row of the retry table.
retry::outcome outcome_of(refusal const& r, sent_as const& as) noexcept;

/// The failure this means when it is final; the detail says what to do about it.
failure failure_of(refusal const& r, sent_as const& as);

/// What a 412 means for a create-only write.
failure already_there(failure f);

/// What the refusal of a put with If-Match means: whatever is not the version asked for, an object that is gone included, is
/// precondition_failed.
failure not_that_version(failure f, etag_form sent);

/// Adds to a failure of the transport what is known about the place it was sent to.
failure about_place(failure f, place const& where);

}  // namespace sluice::inline v0::s3
